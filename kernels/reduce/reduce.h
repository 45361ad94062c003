// Sums and means over any subset of axes, and their gradient, the broadcast.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

enum class ReduceKind { kSum, kMean };

// y = the sum (or mean) of x over the axes along which y has size 1 and x has not. The
// backward spreads dy: every element of dx gets the dy it was added into, for the mean
// divided by the number of elements that share it.
//
// Shapes    x of any rank up to 6, all sizes > 0; y has x's rank, and along each axis x's
//           size or 1. dx like x, dy like y.
// Types     float32, bfloat16; float64 on the CPU. Sums are kept in float, those of float64
//           in double; between partial sums on the CPU in double.
// Writes    y and dx are overwritten; no overlap with x or dy.
// Repeats   run_to_run, whatever the thread count: partial sums are cut by size and added
//           in order.
void reduce(Exec& exec, ConstView x, View y, ReduceKind kind);
void reduce_backward(Exec& exec, ConstView dy, View dx, ReduceKind kind);

}  // namespace salix::kernels
