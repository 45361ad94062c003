#include "layers/functional/permute.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/permute/permute.h"
#include "tests/support/coordinates.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  Shape in;
  std::vector<int> order;
};

// All orders of four axes; tiles that are full, partial and several; windows of a Swin layer.
std::vector<Case> cases() {
  std::vector<Case> all{{{7}, {0}},
                        {{1, 1}, {1, 0}},
                        {{33, 65}, {1, 0}},
                        {{2, 40, 48}, {0, 2, 1}},
                        {{5, 31, 2, 9}, {3, 0, 2, 1}},
                        {{1, 20, 20, 64}, {0, 3, 1, 2}},
                        {{1, 64, 20, 20}, {0, 2, 3, 1}},
                        {{1, 2, 7, 2, 7, 12}, {0, 1, 3, 2, 4, 5}},
                        {{2, 3, 2, 3, 2, 3}, {5, 3, 1, 4, 2, 0}}};
  std::vector<int> order(4);
  std::iota(order.begin(), order.end(), 0);
  do all.push_back({{2, 3, 9, 8}, order});
  while (std::next_permutation(order.begin(), order.end()));
  return all;
}

std::vector<double> expected(const Tensor& x, const Case& c, const Shape& out) {
  return moved(x.to_vector<double>(), c.in, out, [&](const Coordinates& at) {
    Coordinates from(at.size());
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      from[static_cast<std::size_t>(c.order[axis])] = at[axis];
    }
    return from;
  });
}

class Permute : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Permute, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Permute, RefusesBadRequests) {
  const Tensor x = random_tensor(exec(), {2, 3}, 1);
  EXPECT_THAT(error_of([&] {
                permute(x, {0, 0});
              }),
              HasSubstr("order must name each axis of [2, 3] once; got 0 at place 1"));
  EXPECT_THAT(error_of([&] { permute(x, {0, 2}); }), HasSubstr("got 2 at place 1"));
  EXPECT_THAT(error_of([&] { permute(x, {0}); }),
              HasSubstr("order must name the 2 axes of [2, 3]; got 1"));
  Tensor y = poisoned(exec(), {2, 3});
  const std::vector<int> order{1, 0};
  EXPECT_THAT(error_of([&] { kernels::permute(exec(), x.view(), y.mutable_view(), order); }),
              HasSubstr("permute: axis 0 of y must have size 3; got shape [2, 3]"));
}

TEST_P(Permute, MovesEveryDType) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kInt64, DType::kUInt8}) {
    for (const Case& c : cases()) {
      const Tensor x = random_tensor(exec(), c.in, 1, -100, 100, dtype);
      const Tensor y = permute(x, c.order);
      EXPECT_TRUE(close(y, expected(x, c, y.shape()), tolerance::exact))
          << c.in << " " << ::testing::PrintToString(c.order) << " " << dtype;
    }
  }
}

TEST_P(Permute, BackwardGoesBack) {
  for (const Case& c : cases()) {
    Tensor x = random_leaf(exec(), c.in, 1, DType::kFloat32);
    const Tensor y = permute(x, c.order);
    backward(y, y.detach());  // so that the gradient must be x again
    EXPECT_TRUE(same_bits(x.grad(), x.detach())) << c.in;
  }
}

TEST_P(Permute, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto turn = [](const std::vector<Tensor>& in) { return permute(in[0], {2, 0, 1}); };
  EXPECT_EQ(gradcheck(turn, {random_leaf(exec(), {2, 3, 4}, 1)}), "");
}

TEST_P(Permute, StaysInItsBuffers) {
  for (const Case& c : cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1, DType::kBFloat16);
    const Tensor y = permute(x, c.order);
    Guarded guarded(exec(), y.shape(), DType::kBFloat16);
    kernels::permute(exec(), x.view(), guarded.view(), c.order);
    EXPECT_TRUE(guarded.intact()) << c.in;
    EXPECT_TRUE(same_bits(guarded.tensor(), y)) << c.in;
  }
}

TEST(PermuteThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Tensor x = random_tensor(exec, {2, 71, 53, 12}, 1);
    return std::vector{permute(x, {0, 3, 1, 2}), permute(x, {1, 0, 2, 3}),
                       permute(x, {3, 2, 1, 0})};
  }));
}

}  // namespace
}  // namespace salix::testing
