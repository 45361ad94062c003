// Layer normalisation over the last axis (Ba, Kiros and Hinton, 2016).
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct LayerNormParams {
  double eps = 1e-5;
};

struct LayerNormBuffers {
  ConstView x, gamma, beta;
  View y, mean, inv_std;  // mean and inv_std: what backward needs
};

// y = (x - mean) * inv_std * gamma + beta, one mean and biased variance per row.
//
// Shapes    x, y [...,C]; gamma, beta [C]; mean, inv_std [rows], rows = numel / C.
// Types     x, y float32, bfloat16, or float64 on the CPU; the rest float32, or float64 with
//           float64 x.
// Writes    y, mean, inv_std are overwritten. No overlap of y with x.
// Repeats   run_to_run, for any number of threads. Two passes over a row that stays in the
//           cache, so accurate for |mean| >> deviation.
void layer_norm(Exec& exec, const LayerNormBuffers& buffers, const LayerNormParams& params);

struct LayerNormBackwardBuffers {
  ConstView dy, x, gamma, mean, inv_std;  // mean, inv_std: as the forward wrote them
  View dx, dgamma, dbeta;                 // overwritten
};

// With g = dy gamma, h = x - mean and sums over a row of C:
//   dx = inv_std (g - sum(g) / C - h inv_std^2 sum(g h) / C);
// over all rows: dgamma = sum dy h inv_std, dbeta = sum dy, in chunks added in order.
void layer_norm_backward(Exec& exec, const LayerNormBackwardBuffers& buffers);

}  // namespace salix::kernels
