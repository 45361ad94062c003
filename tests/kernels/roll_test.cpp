#include "layers/functional/roll.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/coordinates.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  Shape in;
  RollParams params;
};

// Both signs, more than one turn, no shift, pixels of 16 bytes and not, a Swin layer.
const std::vector<Case> kCases{{{1, 1, 1, 1}, {3, -2}}, {{2, 5, 7, 3}, {0, 0}},
                               {{2, 5, 7, 3}, {2, -3}}, {{1, 6, 4, 8}, {-13, 9}},
                               {{3, 4, 5, 16}, {0, 1}}, {{1, 14, 14, 96}, {-3, -3}}};

class Roll : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Roll, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Roll, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] {
                roll(random_tensor(exec(), {2, 3, 4}, 1), {1, 1});
              }),
              HasSubstr("roll: x must be [N,H,W,C]; got shape [2, 3, 4]"));
  const Tensor x = random_tensor(exec(), {1, 2, 3, 4}, 1);
  Tensor y = poisoned(exec(), {1, 3, 2, 4});
  EXPECT_THAT(error_of([&] { kernels::roll(exec(), x.view(), y.mutable_view(), {}); }),
              HasSubstr("roll: x and y must have one shape"));
}

TEST_P(Roll, MovesEveryDTypeAroundTheEdges) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kInt64, DType::kUInt8}) {
    for (const Case& c : kCases) {
      const Tensor x = random_tensor(exec(), c.in, 1, -100, 100, dtype);
      const auto source = [&](Coordinates at) {
        // Far enough to the front to stay positive: the case's shifts are small.
        at[1] = (at[1] - c.params.shift_h + 60 * c.in[1]) % c.in[1];
        at[2] = (at[2] - c.params.shift_w + 60 * c.in[2]) % c.in[2];
        return at;
      };
      EXPECT_TRUE(close(roll(x, c.params), moved(x.to_vector<double>(), c.in, c.in, source),
                        tolerance::exact))
          << c.in << " " << dtype;
    }
  }
}

TEST_P(Roll, MovesDownAndRight) {
  const Tensor x = from(exec(), {1, 2, 3, 4, 5, 6}, {1, 2, 3, 1});
  EXPECT_TRUE(close(roll(x, {0, 1}), std::vector<double>{3, 1, 2, 6, 4, 5}, tolerance::exact));
  EXPECT_TRUE(close(roll(x, {1, 0}), std::vector<double>{4, 5, 6, 1, 2, 3}, tolerance::exact));
}

TEST_P(Roll, BackwardGoesBack) {
  for (const Case& c : kCases) {
    Tensor x = random_leaf(exec(), c.in, 1, DType::kFloat32);
    const Tensor y = roll(x, c.params);
    backward(y, y.detach());  // so that the gradient must be x again
    EXPECT_TRUE(same_bits(x.grad(), x.detach())) << c.in;
  }
}

TEST_P(Roll, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto shift = [](const std::vector<Tensor>& in) { return roll(in[0], {1, -2}); };
  EXPECT_EQ(gradcheck(shift, {random_leaf(exec(), {1, 3, 4, 2}, 1)}), "");
}

TEST_P(Roll, StaysInItsBuffers) {
  for (const Case& c : kCases) {
    const Tensor x = random_tensor(exec(), c.in, 1, DType::kBFloat16);
    Guarded y(exec(), c.in, DType::kBFloat16);
    kernels::roll(exec(), x.view(), y.view(), c.params);
    EXPECT_TRUE(y.intact()) << c.in;
    EXPECT_TRUE(same_bits(y.tensor(), roll(x, c.params))) << c.in;
  }
}

TEST(RollThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return std::vector{roll(random_tensor(exec, {2, 71, 53, 12}, 1), {5, -7})};
  }));
}

}  // namespace
}  // namespace salix::testing
