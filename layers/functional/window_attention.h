// Differentiable attention inside the windows of a token grid, plain or masked by saliency.
#pragma once

#include "engine/tensor.h"
#include "kernels/window_attention/window_attention.h"

namespace salix {

using kernels::WindowAttentionParams;

// qkv [N,H,W,3C], bias [(2 window - 1)^2, heads] (float32, or float64 for float64 qkv) ->
// [N,H,W,C]; formula in kernels/window_attention/window_attention.h. `saliency` [N,H,W,1] in 0..1,
// in the type of bias, or undefined: no masks. It gets no gradient.
Tensor window_attention(const Tensor& qkv, const Tensor& bias, const Tensor& saliency,
                        const WindowAttentionParams& params);

}  // namespace salix
