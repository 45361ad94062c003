// Where the largest value along the last axis stands.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y[...] = the smallest c for which x[...,c] is largest; NaN counts as the largest.
//
// Shapes    x [...,C] with C > 0; y has x's axes but the last.
// Types     x float32, bfloat16, float64 on the CPU; y int32.
// Writes    y is overwritten; no overlap with x.
// Repeats   run_to_run.
void argmax(Exec& exec, ConstView x, View y);

}  // namespace salix::kernels
