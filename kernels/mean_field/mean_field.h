// One mean-field update of a binary dense CRF (Krähenbühl and Koltun, "Efficient inference
// in fully connected CRFs with Gaussian edge potentials", 2011).
#pragma once

#include <array>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

inline constexpr int kMaxMeanFieldKernels = 4;

// With two labels all is in the difference of label 1 and label 0:
//   score(i)  = unary(i) + sum_k weight[k] norm(k,i) message(k,i)    (log Q1 - log Q0)
//   sender(k,i) = norm(k,i) (Q1 - Q0)(i),  Q1 = 1 / (1 + exp(-score))
// where message(k) is the filtered sender(k) of the step before; all zero at the start.
//
// Shapes    unary and score [P]; message, norm and sender [K,P], K = 0..4; weight: its first K.
// Types     float32.
// Writes    score and sender are overwritten; no overlap with an input.
// Repeats   run_to_run.
void mean_field_step(Exec& exec, ConstView unary, ConstView message, ConstView norm,
                     const std::array<float, kMaxMeanFieldKernels>& weight, View score,
                     View sender);

}  // namespace salix::kernels
