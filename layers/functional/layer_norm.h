// Differentiable layer norm over the last axis.
#pragma once

#include "engine/tensor.h"
#include "kernels/layer_norm/layer_norm.h"

namespace salix {

using kernels::LayerNormParams;

// x [...,C] -> the same shape: normalised per row of C, times gamma, plus beta (both [C],
// float32, or float64 for float64 x).
Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                  const LayerNormParams& params = {});

}  // namespace salix
