// Softmax and log-softmax over the last axis.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct SoftmaxParams {
  bool log = false;  // log-softmax
};

// With m = max(x) and sums over the last axis:
//   softmax      y = exp(x - m) / sum exp(x - m)       dx = y (dy - sum(dy y))
//   log-softmax  y = x - m - log(sum exp(x - m))       dx = dy - exp(y) sum(dy)
// A row of -infinity only gives NaN, as elsewhere; single ones give probability 0.
//
// Shapes    x, y, dy, dx [...,C]; any rank from 1. Only the last axis; permute for others.
// Types     float32, bfloat16 (float arithmetic); float64 on the CPU.
// Writes    y and dx are overwritten. No overlap with the inputs.
// Repeats   run_to_run, for any number of threads: one writer per row.
void softmax(Exec& exec, ConstView x, View y, SoftmaxParams params);
void softmax_backward(Exec& exec, ConstView dy, ConstView y, View dx, SoftmaxParams params);

}  // namespace salix::kernels
