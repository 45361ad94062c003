// Group normalisation of channels-last maps (Wu and He, ECCV 2018), optionally with the ReLU
// that follows it.
#pragma once

#include "kernels/channel_norm/channel_norm.h"

namespace salix::kernels {

struct GroupNormParams {
  std::int64_t groups = 1;  // divides C
  double eps = 1e-5;
  bool relu = false;
};

struct GroupNormBuffers {
  ConstView x, gamma, beta;
  View y, mean, inv_std;  // mean and inv_std: what backward needs
};

// y = (x - mean) * inv_std * gamma + beta [ReLU], one mean and biased variance per image and
// group of C/groups neighbouring channels.
//
// Shapes    x, y [N,H,W,C] (any rank from 2: the first axis is N); gamma, beta [C];
//           mean, inv_std [N*groups].
// Types     x, y float32, bfloat16, or float64 on the CPU; the rest float32, or float64 with
//           float64 x.
// Writes    y, mean, inv_std are overwritten. No overlap of y with x.
// Repeats   run_to_run, for any number of threads; see channel_norm.h.
void group_norm(Exec& exec, const GroupNormBuffers& buffers, const GroupNormParams& params);

struct GroupNormBackwardBuffers {
  ConstView dy, x, gamma, beta, mean, inv_std;  // mean, inv_std: as the forward wrote them
  View dx, dgamma, dbeta;                       // overwritten
};

// With relu, dy counts where y > 0 or NaN: the sign is computed again from x, y is not needed.
void group_norm_backward(Exec& exec, const GroupNormBackwardBuffers& buffers,
                         const GroupNormParams& params);

}  // namespace salix::kernels
