// Differentiable group norm, with a ReLU behind it if wanted.
#pragma once

#include "engine/tensor.h"
#include "kernels/group_norm/group_norm.h"

namespace salix {

using kernels::GroupNormParams;

// x [N,H,W,C] -> the same shape: normalised per image and group of neighbouring channels,
// times gamma, plus beta (both [C], float32, or float64 for float64 x), ReLU (if params.relu).
Tensor group_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                  const GroupNormParams& params);

}  // namespace salix
