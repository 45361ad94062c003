#include "kernels/adam/adam.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>

#include "layers/functional/slice.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class Adam : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Adam, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Adam, RefusesBuffersThatDoNotFit) {
  Tensor p = random_tensor(exec(), {4}, 1), m = random_tensor(exec(), {4}, 2);
  Tensor v = random_tensor(exec(), {5}, 2);
  const Tensor g = random_tensor(exec(), {4}, 3);
  const auto step = [&](Tensor& second_moment, kernels::AdamParams params) {
    kernels::adam_step(exec(), p.mutable_view(), g.view(), m.mutable_view(),
                       second_moment.mutable_view(), params);
  };
  EXPECT_THAT(error_of([&] { step(v, {}); }),
              HasSubstr("parameter and second moment must have one shape; got [4] and [5]"));
  EXPECT_THAT(error_of([&] { step(m, {}); }), HasSubstr("overlap"));
  v = random_tensor(exec(), {4}, 2);
  EXPECT_THAT(error_of([&] { step(v, {.step = 0}); }), HasSubstr("the step at least 1; got"));
}

// Three steps of PyTorch's optimizer; `suffix` is that of its golden files.
void expect_pytorch(Exec& exec, kernels::AdamParams params, const std::string& suffix) {
  Tensor p = golden(exec, "adam/parameter.npy");
  Tensor m = poisoned(exec, p.shape()), v = poisoned(exec, p.shape());
  const auto row = [&](const std::string& name, int i) {
    const Tensor rows = golden(exec, "adam/" + name + ".npy");
    return slice(rows, 0, i, 1).reshape(p.shape());
  };
  for (int i = 0; i < 3; ++i) {
    params.step = i + 1;
    kernels::adam_step(exec, p.mutable_view(), row("gradients", i).view(), m.mutable_view(),
                       v.mutable_view(), params);
    EXPECT_TRUE(close(p, row("parameters" + suffix, i), tolerance::elementwise));
    // Not elementwise's: gradients begin at 1e-9, their squares far below its absolute part.
    // Gradients of both signs cancel in the first moment.
    EXPECT_TRUE(close(m, row("first_moments" + suffix, i), {.absolute = 1e-12, .relative = 1e-6}));
    EXPECT_TRUE(close(v, row("second_moments" + suffix, i), {.absolute = 0, .relative = 1e-6}));
  }
}

TEST_P(Adam, AgreesWithPyTorchForThreeSteps) {
  expect_pytorch(exec(), {.learning_rate = 0.01, .weight_decay = 1e-8}, "");
}

TEST_P(Adam, DecoupledAgreesWithPyTorchsAdamW) {
  expect_pytorch(
      exec(), {.learning_rate = 0.01, .weight_decay = 0.05, .decoupled_weight_decay = true}, "_w");
}

// By hand, in double: without a gradient AdamW only shrinks the parameter, Adam divides the decay
// by its own root.
TEST_P(Adam, DecoupledDecayIsNotDividedByTheSecondMoment) {
  if (!has_float64()) GTEST_SKIP() << "float64 is for the CPU";
  for (const bool decoupled : {false, true}) {
    Tensor p = Tensor::full(exec(), {1}, 2.0, DType::kFloat64);
    Tensor m = poisoned(exec(), {1}, DType::kFloat64), v = poisoned(exec(), {1}, DType::kFloat64);
    const Tensor g = Tensor::zeros(exec(), {1}, DType::kFloat64);
    kernels::adam_step(
        exec(), p.mutable_view(), g.view(), m.mutable_view(), v.mutable_view(),
        {.learning_rate = 0.25, .weight_decay = 0.1, .decoupled_weight_decay = decoupled});
    EXPECT_NEAR(p.item(), decoupled ? 2 * (1 - 0.025) : 1.75, 1e-7);
  }
}

// In double, by hand: the first step's m / sqrt(v) is the gradient's sign, whatever the betas.
TEST_P(Adam, TheFirstStepGoesByTheRate) {
  if (!has_float64()) GTEST_SKIP() << "float64 is for the CPU";
  Tensor p = Tensor::full(exec(), {1}, 1.0, DType::kFloat64);
  Tensor m = poisoned(exec(), {1}, DType::kFloat64), v = poisoned(exec(), {1}, DType::kFloat64);
  const Tensor g = Tensor::full(exec(), {1}, -4.0, DType::kFloat64);
  kernels::adam_step(exec(), p.mutable_view(), g.view(), m.mutable_view(), v.mutable_view(),
                     {.learning_rate = 0.25, .beta1 = 0.6, .beta2 = 0.7, .eps = 0});
  EXPECT_NEAR(p.item(), 1.25, 1e-15);
  EXPECT_NEAR(m.item(), -1.6, 1e-15);
  EXPECT_NEAR(v.item(), 4.8, 1e-15);
}

TEST_P(Adam, ScalesTheGradientAndRestsWhereItIsFrozen) {
  const auto run = [&](double gradient, kernels::AdamParams params) {
    Tensor p = from(exec(), {1.0f}, {1}), m = from(exec(), {2.0f}, {1});
    Tensor v = from(exec(), {3.0f}, {1});
    const Tensor g = Tensor::full(exec(), {1}, gradient);
    params.step = 2;
    kernels::adam_step(exec(), p.mutable_view(), g.view(), m.mutable_view(), v.mutable_view(),
                       params);
    return std::vector{p.item(), m.item(), v.item()};
  };
  const Tensor half = Tensor::full(exec(), {}, 0.5), one = Tensor::full(exec(), {}, 1);
  const Tensor zero = Tensor::zeros(exec(), {});
  EXPECT_EQ(run(3, {.gradient_scale = half.view()}), run(1.5, {}));
  EXPECT_EQ(run(3, {.frozen = zero.view()}), run(3, {}));
  EXPECT_EQ(run(3, {.frozen = one.view()}), (std::vector{1.0, 2.0, 3.0}));
}

// torch.nn.utils.clip_grad_value_: after the scale, before the weight decay.
TEST_P(Adam, LimitsTheElementsOfTheGradient) {
  const auto run = [&](double gradient, kernels::AdamParams params) {
    Tensor p = from(exec(), {1.0f}, {1}), m = from(exec(), {2.0f}, {1});
    Tensor v = from(exec(), {3.0f}, {1});
    const Tensor g = Tensor::full(exec(), {1}, gradient);
    params.step = 2;
    params.weight_decay = 0.1;
    kernels::adam_step(exec(), p.mutable_view(), g.view(), m.mutable_view(), v.mutable_view(),
                       params);
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

TEST_P(Adam, AgreesWithTheReferenceAndRepeats) {
  const auto run = [](Exec& device) {
    Tensor p = random_tensor(device, {1013}, 1), m = random_tensor(device, {1013}, 2);
    Tensor v = random_tensor(device, {1013}, 3, 0.0, 1.0);
    const Tensor g = random_tensor(device, {1013}, 4);
    kernels::adam_step(device, p.mutable_view(), g.view(), m.mutable_view(), v.mutable_view(),
                       {.learning_rate = 0.05, .weight_decay = 5e-4, .step = 7});
    return std::vector{p, m, v};
  };
  const auto results = run(exec()), again = run(exec()), expected = run(reference());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_TRUE(close(results[i], expected[i], tolerance::elementwise));
    EXPECT_TRUE(same_bits(results[i], again[i]));
  }
}

}  // namespace
}  // namespace salix::testing
