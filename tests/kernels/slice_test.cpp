#include "layers/functional/slice.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/slice/slice.h"
#include "tests/support/coordinates.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  Shape in;
  std::vector<std::int64_t> starts, sizes;

  Shape out() const { return Shape(std::span<const std::int64_t>(sizes)); }
};

// Every axis, several at once, aligned to 16 bytes and not, nothing cut, nothing left, and
// the window of a real layer.
const std::vector<Case> kCases{{{5}, {2}, {3}},
                               {{4, 6}, {0, 0}, {4, 6}},
                               {{3, 4, 5}, {1, 0, 0}, {2, 4, 5}},
                               {{3, 4, 5}, {0, 2, 1}, {3, 1, 3}},
                               {{2, 7, 9, 16}, {0, 2, 3, 8}, {2, 4, 5, 8}},
                               {{2, 7, 9, 16}, {1, 1, 0, 3}, {1, 5, 9, 11}},
                               {{2, 3, 2, 3, 2, 4}, {0, 1, 0, 2, 1, 1}, {2, 2, 2, 1, 1, 3}},
                               {{3, 4}, {1, 2}, {0, 2}},
                               {{1, 21, 20, 64}, {0, 1, 0, 0}, {1, 20, 20, 64}}};

class Slice : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Slice, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Slice, RefusesBadRequests) {
  const Tensor x = random_tensor(exec(), {2, 3}, 1);
  EXPECT_THAT(error_of([&] { slice(x, 1, 2, 2); }),
              HasSubstr("slice: axis 1 of [2, 3] must hold the range; got 2 .. 4"));
  EXPECT_THAT(error_of([&] { slice(x, {0}, {1}); }),
              HasSubstr("needs one start and one size per axis of [2, 3]; got 1 and 1"));
  EXPECT_THAT(error_of([&] { slice(x, {-1, 0}, {1, 1}); }), HasSubstr("got -1 .. 0"));
  Tensor y = poisoned(exec(), {2, 2});
  const std::vector<std::int64_t> starts{0, 2};
  EXPECT_THAT(error_of([&] { kernels::slice(exec(), x.view(), y.mutable_view(), starts); }),
              HasSubstr("slice: axis 1 of y must fit into 3; got 2 .. 4"));
}

TEST_P(Slice, CutsEveryDType) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kInt64, DType::kUInt8}) {
    for (const Case& c : kCases) {
      const Tensor x = random_tensor(exec(), c.in, 1, -100, 100, dtype);
      const auto source = [&](Coordinates at) {
        for (std::size_t axis = 0; axis < at.size(); ++axis) at[axis] += c.starts[axis];
        return at;
      };
      EXPECT_TRUE(close(slice(x, c.starts, c.sizes),
                        moved(x.to_vector<double>(), c.in, c.out(), source), tolerance::exact))
          << c.in << " " << dtype;
    }
  }
}

TEST_P(Slice, CutsOneAxis) {
  const Tensor x = from(exec(), {0, 1, 2, 3, 4, 5}, {2, 3});
  EXPECT_TRUE(close(slice(x, -1, 1, 2), std::vector<double>{1, 2, 4, 5}, tolerance::exact));
  EXPECT_TRUE(close(slice(x, 0, 1, 1), std::vector<double>{3, 4, 5}, tolerance::exact));
}

TEST_P(Slice, BackwardIsTheAdjointOfForward) {
  for (const Case& c : kCases) {
    Tensor x = random_leaf(exec(), c.in, 1, DType::kFloat32);
    const Tensor dy = random_tensor(exec(), c.out(), 2);
    const Tensor y = slice(x, c.starts, c.sizes);
    backward(y, dy);
    EXPECT_DOUBLE_EQ(dot(y, dy), dot(x, x.grad())) << c.in;
    EXPECT_TRUE(same_bits(slice(x.grad(), c.starts, c.sizes), dy)) << c.in;
  }
}

TEST_P(Slice, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto cut = [](const std::vector<Tensor>& in) { return slice(in[0], {0, 1, 1}, {2, 2, 3}); };
  EXPECT_EQ(gradcheck(cut, {random_leaf(exec(), {2, 4, 5}, 1)}), "");
}

TEST_P(Slice, StaysInItsBuffers) {
  for (const Case& c : kCases) {
    const Tensor x = random_tensor(exec(), c.in, 1, DType::kBFloat16);
    Guarded y(exec(), c.out(), DType::kBFloat16);
    kernels::slice(exec(), x.view(), y.view(), c.starts);
    EXPECT_TRUE(y.intact()) << c.in;
    EXPECT_TRUE(same_bits(y.tensor(), slice(x, c.starts, c.sizes))) << c.in;
  }
}

TEST(SliceThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Tensor x = random_tensor(exec, {2, 71, 53, 12}, 1);
    return std::vector{slice(x, 1, 3, 60), slice(x, 3, 1, 7)};
  }));
}

}  // namespace
}  // namespace salix::testing
