#include "layers/functional/adaptive_max_pool2d.h"

#include <gmock/gmock.h>

#include <limits>
#include <numeric>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/adaptive_max_pool2d/adaptive_max_pool2d.h"
#include "tests/kernels/pool_cases.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

using Case = AdaptivePoolCase;

Tensor pool(const Tensor& x, const Case& c) { return adaptive_max_pool2d(x, c.height, c.width); }

// Forward and backward, straight through the kernels.
void run(const Case&, const Tensor& x, View y, View index, const Tensor& dy, View dx) {
  kernels::adaptive_max_pool2d(x.exec(), x.view(), y, index);
  kernels::adaptive_max_pool2d_backward(x.exec(), dy.view(), index, dx);
}

class AdaptiveMaxPool2d : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, AdaptiveMaxPool2d, ::testing::ValuesIn(all_targets()),
                         target_name);

TEST_P(AdaptiveMaxPool2d, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] {
                adaptive_max_pool2d(random_tensor(exec(), {2, 3, 4}, 1), 1, 1);
              }),
              HasSubstr("adaptive_max_pool2d: x must be [N,H,W,C]; got shape [2, 3, 4]"));
  const Tensor x = random_tensor(exec(), {1, 4, 4, 1}, 1);
  EXPECT_THAT(error_of([&] { adaptive_max_pool2d(x, 2, 0); }),
              HasSubstr("the target size must be positive; got 2 x 0"));
  Tensor wrong = poisoned(exec(), {1, 2, 2, 3});
  EXPECT_THAT(
      error_of([&] { kernels::adaptive_max_pool2d(exec(), x.view(), wrong.mutable_view(), {}); }),
      HasSubstr("the output map must have shape [1, 2, 2, 1]; got [1, 2, 2, 3]"));
  Tensor y = poisoned(exec(), {1, 2, 2, 1});
  Tensor index = poisoned(exec(), {1, 2, 1, 1}, DType::kInt32);
  EXPECT_THAT(error_of([&] {
                kernels::adaptive_max_pool2d(exec(), x.view(), y.mutable_view(),
                                             index.mutable_view());
              }),
              HasSubstr("index and the output map must have one shape"));
}

// The numbers 0..9 spread over 13 bins, spec appendix B.8.
TEST_P(AdaptiveMaxPool2d, EnlargesLikePyTorch) {
  std::vector<float> digits(10);
  std::iota(digits.begin(), digits.end(), 0.0f);
  const std::vector<double> bins{0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9};
  const Tensor row = from(exec(), digits, {1, 1, 10, 1});
  EXPECT_TRUE(close(adaptive_max_pool2d(row, 1, 13), bins, tolerance::exact));
  const Tensor column = row.reshape({1, 10, 1, 1});
  EXPECT_TRUE(close(adaptive_max_pool2d(column, 13, 1), bins, tolerance::exact));
}

TEST_P(AdaptiveMaxPool2d, MatchesPyTorch) {
  expect_golden_pool(exec(), "adaptive_max_pool2d", kAdaptivePoolGolden, tolerance::exact, pool);
}

TEST_P(AdaptiveMaxPool2d, FirstMaximumWinsAndNanIsTheLargest) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float low = -std::numeric_limits<float>::infinity();
  // Four channels: a tie, minus infinities, NaN before a number, NaN after.
  const Tensor x =
      from(exec(), {1, low, nan, 1, 3, low, 2, 2, 3, low, 1, nan, 3, low, 7, nan}, {1, 2, 2, 4});
  Tensor y = poisoned(exec(), {1, 1, 1, 4});
  Tensor index = poisoned(exec(), {1, 1, 1, 4}, DType::kInt32);
  kernels::adaptive_max_pool2d(exec(), x.view(), y.mutable_view(), index.mutable_view());
  EXPECT_TRUE(close(y, std::vector<double>{3, low, nan, nan}, tolerance::exact));
  EXPECT_TRUE(close(index, std::vector<double>{1, 0, 0, 2}, tolerance::exact));
}

// Equal values everywhere: whichever way a reduction is shared out, the first pixel wins.
TEST_P(AdaptiveMaxPool2d, FirstOfManyEqualMaximaWins) {
  for (const Shape& in : {Shape{1, 70, 70, 8}, Shape{1, 90, 90, 1}, Shape{2, 33, 35, 3}}) {
    const Tensor x = Tensor::full(exec(), in, 2.0);
    Tensor y = poisoned(exec(), {in[0], 1, 1, in[3]});
    Tensor index = poisoned(exec(), y.shape(), DType::kInt32);
    kernels::adaptive_max_pool2d(exec(), x.view(), y.mutable_view(), index.mutable_view());
    EXPECT_TRUE(close(index, Tensor::zeros(exec(), y.shape()), tolerance::exact)) << in;
  }
}

// dy only moves: what the chosen pixels are multiplied by on one side they are on the other.
TEST_P(AdaptiveMaxPool2d, BackwardIsTheAdjointOfTheChoice) {
  expect_pool_adjoint(exec(), adaptive_pool_cases(), run);
}

TEST_P(AdaptiveMaxPool2d, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto pool = [](const std::vector<Tensor>& in) { return adaptive_max_pool2d(in[0], 3, 7); };
  EXPECT_EQ(gradcheck(pool, {random_leaf(exec(), {2, 5, 6, 3}, 1)}), "");
}

TEST_P(AdaptiveMaxPool2d, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    expect_pool_parity(exec(), reference(), adaptive_pool_cases(), dtype, tolerance::exact,
                       tolerance::elementwise, pool);
  }
}

TEST_P(AdaptiveMaxPool2d, RepeatsToTheBitAndStaysInItsBuffers) {
  expect_pool_repeats(exec(), adaptive_pool_cases(), run);
}

TEST(AdaptiveMaxPool2dThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    Tensor x = random_leaf(exec, {2, 61, 53, 100}, 1, DType::kFloat32);
    const Tensor y = adaptive_max_pool2d(x, 13, 13);
    backward(y, random_tensor(exec, y.shape(), 2));
    return std::vector{y.detach(), x.grad(), adaptive_max_pool2d(x, 1, 1).detach()};
  }));
}

}  // namespace
}  // namespace salix::testing
