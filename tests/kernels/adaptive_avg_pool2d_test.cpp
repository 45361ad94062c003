#include "layers/functional/adaptive_avg_pool2d.h"

#include <gmock/gmock.h>

#include <numeric>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/adaptive_avg_pool2d/adaptive_avg_pool2d.h"
#include "tests/kernels/pool_cases.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

using Case = AdaptivePoolCase;

Tensor pool(const Tensor& x, const Case& c) { return adaptive_avg_pool2d(x, c.height, c.width); }

// Forward and backward, straight through the kernels.
void run(const Case&, const Tensor& x, View y, View, const Tensor& dy, View dx) {
  kernels::adaptive_avg_pool2d(x.exec(), x.view(), y);
  kernels::adaptive_avg_pool2d_backward(x.exec(), dy.view(), dx);
}

class AdaptiveAvgPool2d : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, AdaptiveAvgPool2d, ::testing::ValuesIn(all_targets()),
                         target_name);

TEST_P(AdaptiveAvgPool2d, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] {
                adaptive_avg_pool2d(random_tensor(exec(), {2, 3, 4}, 1), 1, 1);
              }),
              HasSubstr("adaptive_avg_pool2d: x must be [N,H,W,C]; got shape [2, 3, 4]"));
  const Tensor x = random_tensor(exec(), {1, 4, 4, 1}, 1);
  EXPECT_THAT(error_of([&] { adaptive_avg_pool2d(x, 2, 0); }),
              HasSubstr("the target size must be positive; got 2 x 0"));
  Tensor wrong = poisoned(exec(), {1, 2, 2, 3});
  EXPECT_THAT(
      error_of([&] { kernels::adaptive_avg_pool2d(exec(), x.view(), wrong.mutable_view()); }),
      HasSubstr("the output map must have shape [1, 2, 2, 1]; got [1, 2, 2, 3]"));
}

// Bins of one or two neighbours: 0..3 over 6 bins.
TEST_P(AdaptiveAvgPool2d, EnlargesByRepeating) {
  std::vector<float> digits(4);
  std::iota(digits.begin(), digits.end(), 0.0f);
  const std::vector<double> bins{0, 0.5, 1, 2, 2.5, 3};
  const Tensor row = from(exec(), digits, {1, 1, 4, 1});
  EXPECT_TRUE(close(adaptive_avg_pool2d(row, 1, 6), bins, tolerance::exact));
  const Tensor column = row.reshape({1, 4, 1, 1});
  EXPECT_TRUE(close(adaptive_avg_pool2d(column, 6, 1), bins, tolerance::exact));
}

TEST_P(AdaptiveAvgPool2d, MatchesPyTorch) {
  expect_golden_pool(exec(), "adaptive_avg_pool2d", kAdaptivePoolGolden, tolerance::elementwise,
                     pool);
}

TEST_P(AdaptiveAvgPool2d, BackwardIsTheAdjointOfForward) {
  expect_pool_adjoint(exec(), adaptive_pool_cases(), run);
}

TEST_P(AdaptiveAvgPool2d, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto pool = [](const std::vector<Tensor>& in) { return adaptive_avg_pool2d(in[0], 3, 7); };
  EXPECT_EQ(gradcheck(pool, {random_leaf(exec(), {2, 5, 6, 3}, 1)}), "");
}

TEST_P(AdaptiveAvgPool2d, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Tolerance allowed =
        dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16;
    expect_pool_parity(exec(), reference(), adaptive_pool_cases(), dtype, allowed, allowed, pool);
  }
}

TEST_P(AdaptiveAvgPool2d, RepeatsToTheBitAndStaysInItsBuffers) {
  expect_pool_repeats(exec(), adaptive_pool_cases(), run);
}

TEST(AdaptiveAvgPool2dThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    Tensor x = random_leaf(exec, {2, 61, 53, 100}, 1, DType::kFloat32);
    const Tensor y = adaptive_avg_pool2d(x, 13, 13);
    backward(y, random_tensor(exec, y.shape(), 2));
    return std::vector{y.detach(), x.grad(), adaptive_avg_pool2d(x, 1, 1).detach()};
  }));
}

}  // namespace
}  // namespace salix::testing
