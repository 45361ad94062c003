// A loss beside its printed check numbers: value, sum of the gradient's magnitudes, and its norm.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "engine/autograd/tape.h"
#include "tests/support/loss_scene.h"
#include "tests/support/tensors.h"

namespace salix::testing {

struct PrintedLoss {
  double value, gradient_sum, gradient_norm;
};

// On (L1, T) of the loss scene, in float64 (ten printed digits) or float32.
inline void expect_printed_loss(
    Exec& exec, bool has_float64, const PrintedLoss& printed,
    const std::function<Tensor(const Tensor& logits, const Tensor& target)>& loss_of) {
  const double relative = has_float64 ? 1e-9 : 1e-5;
  LossScene s = loss_scene(exec, has_float64 ? DType::kFloat64 : DType::kFloat32);
  s.logits1.set_requires_grad(true);
  const Tensor loss = loss_of(s.logits1, s.target);
  EXPECT_NEAR(loss.item(), printed.value, relative * printed.value);
  backward(loss);
  double sum = 0, squares = 0;
  for (const double d : s.logits1.grad().to_vector<double>()) sum += std::abs(d), squares += d * d;
  EXPECT_NEAR(sum, printed.gradient_sum, relative * printed.gradient_sum);
  EXPECT_NEAR(std::sqrt(squares), printed.gradient_norm, relative * printed.gradient_norm);
}

}  // namespace salix::testing
