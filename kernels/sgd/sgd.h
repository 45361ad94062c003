// One step of stochastic gradient descent with momentum, as PyTorch's SGD does it
// (dampening 0), with or without Nesterov's look ahead.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct SgdParams {
  double learning_rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 0;
  bool nesterov = false;
  bool first_step = false;        // the velocity starts as the gradient; its old content is ignored
  ConstView gradient_scale = {};  // [], like the parameter; empty: 1. Clipping puts it here
  ConstView frozen = {};          // [] float32: not 0, and nothing is written; empty: never
  double gradient_limit = 0;      // largest magnitude of a gradient's element; 0: any
};

// g = limited(gradient_scale * gradient) + weight_decay * p;
// v = first_step ? g : momentum * v + g;  p -= learning_rate * v;
// with nesterov, p -= learning_rate * (g + momentum * v).
//
// Shapes    parameter, gradient and velocity alike, any rank.
// Types     float32; float64 on the CPU.
// Writes    parameter and velocity in place. No overlap.
// Repeats   run_to_run.
void sgd_step(Exec& exec, View parameter, ConstView gradient, View velocity, SgdParams params);

}  // namespace salix::kernels
