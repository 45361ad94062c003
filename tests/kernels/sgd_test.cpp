#include "kernels/sgd/sgd.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

class Sgd : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Sgd, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Sgd, RefusesBuffersThatDoNotFit) {
  Tensor p = random_tensor(exec(), {4}, 1), v = random_tensor(exec(), {5}, 2);
  EXPECT_THAT(error_of([&] {
                kernels::sgd_step(exec(), p.mutable_view(), p.view(), v.mutable_view(), {});
              }),
              ::testing::HasSubstr("parameter and velocity must have one shape; got [4] and [5]"));
}

// By hand: p = 1, g = 0.5 + 0.1 = 0.6; v = 0.6, p = 1 - 0.06 = 0.94. Then g = 0.5 + 0.094,
// v = 0.9 * 0.6 + 0.594 = 1.134, p = 0.94 - 0.1134.
TEST_P(Sgd, FollowsTheFormulaForTwoSteps) {
  Tensor p = from(exec(), {1.0f}, {1}), v = poisoned(exec(), {1});
  const Tensor g = from(exec(), {0.5f}, {1});
  kernels::SgdParams params{.learning_rate = 0.1, .weight_decay = 0.1, .first_step = true};
  kernels::sgd_step(exec(), p.mutable_view(), g.view(), v.mutable_view(), params);
  EXPECT_NEAR(p.item(), 0.94, 1e-6);
  params.first_step = false;
  kernels::sgd_step(exec(), p.mutable_view(), g.view(), v.mutable_view(), params);
  EXPECT_NEAR(v.item(), 1.134, 1e-6);
  EXPECT_NEAR(p.item(), 0.8266, 1e-6);
}

// By PyTorch 2.15 in float64: torch.optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.1,
// nesterov=True) from p = 1 with the gradients 0.5, 0.5, -1.
TEST_P(Sgd, NesterovAgreesWithPyTorchForThreeSteps) {
  Tensor p = from(exec(), {1.0f}, {1}), v = poisoned(exec(), {1});
  const double gradients[] = {0.5, 0.5, -1}, parameters[] = {0.886, 0.725566, 0.810363646};
  for (int i = 0; i < 3; ++i) {
    const Tensor g = Tensor::full(exec(), {1}, gradients[i]);
    kernels::sgd_step(
        exec(), p.mutable_view(), g.view(), v.mutable_view(),
        {.learning_rate = 0.1, .weight_decay = 0.1, .nesterov = true, .first_step = i == 0});
    EXPECT_NEAR(p.item(), parameters[i], 1e-6);
  }
}

TEST_P(Sgd, ScalesTheGradientAndRestsWhereItIsFrozen) {
  const auto run = [&](double gradient, kernels::SgdParams params) {
    Tensor p = from(exec(), {1.0f}, {1}), v = from(exec(), {2.0f}, {1});
    const Tensor g = Tensor::full(exec(), {1}, gradient);
    params.weight_decay = 0.1;
    kernels::sgd_step(exec(), p.mutable_view(), g.view(), v.mutable_view(), params);
    return std::pair{p.item(), v.item()};
  };
  const Tensor half = Tensor::full(exec(), {}, 0.5), one = Tensor::full(exec(), {}, 1);
  const Tensor zero = Tensor::zeros(exec(), {});
  EXPECT_EQ(run(3, {.gradient_scale = half.view()}), run(1.5, {}));
  EXPECT_EQ(run(3, {.frozen = zero.view()}), run(3, {}));
  EXPECT_EQ(run(3, {.frozen = one.view()}), (std::pair{1.0, 2.0}));
}

// torch.nn.utils.clip_grad_value_: after the scale, before the weight decay.
TEST_P(Sgd, LimitsTheElementsOfTheGradient) {
  const auto run = [&](double gradient, kernels::SgdParams params) {
    Tensor p = from(exec(), {1.0f}, {1}), v = from(exec(), {2.0f}, {1});
    const Tensor g = Tensor::full(exec(), {1}, gradient);
    params.weight_decay = 0.1;
    kernels::sgd_step(exec(), p.mutable_view(), g.view(), v.mutable_view(), params);
    return p.item();
  };
  const Tensor half = Tensor::full(exec(), {}, 0.5);
  EXPECT_EQ(run(3, {.gradient_limit = 0.5}), run(0.5, {}));
  EXPECT_EQ(run(-3, {.gradient_limit = 0.5}), run(-0.5, {}));
  EXPECT_EQ(run(0.25, {.gradient_limit = 0.5}), run(0.25, {}));
  EXPECT_EQ(run(3, {.gradient_scale = half.view(), .gradient_limit = 2}), run(1.5, {}));
  EXPECT_TRUE(std::isnan(run(std::numeric_limits<double>::quiet_NaN(), {.gradient_limit = 2})));
  EXPECT_THAT(error_of([&] { run(1, {.gradient_limit = -1}); }),
              ::testing::HasSubstr("gradient_limit must be positive, or 0 for none; got -1"));
}

TEST_P(Sgd, AgreesWithTheReferenceAndRepeats) {
  const auto run = [](Exec& device) {
    Tensor p = random_tensor(device, {1013}, 1), v = random_tensor(device, {1013}, 2);
    const Tensor g = random_tensor(device, {1013}, 3);
    kernels::sgd_step(device, p.mutable_view(), g.view(), v.mutable_view(),
                      {.learning_rate = 0.05, .weight_decay = 5e-4});
    return std::pair{p, v};
  };
  const auto [p, v] = run(exec());
  const auto [again, v_again] = run(exec());
  const auto [expected, expected_v] = run(reference());
  EXPECT_TRUE(close(p, expected, tolerance::elementwise));
  EXPECT_TRUE(close(v, expected_v, tolerance::elementwise));
  EXPECT_TRUE(same_bits(p, again));
  EXPECT_TRUE(same_bits(v, v_again));
}

}  // namespace
}  // namespace salix::testing
