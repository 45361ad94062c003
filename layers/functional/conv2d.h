// Differentiable 2-d convolution.
#pragma once

#include "engine/tensor.h"
#include "kernels/conv2d/conv2d.h"

namespace salix {

using kernels::Conv2dParams;
using kernels::PackedWeight;

// x [N,H,W,Cin], weight [Cout,R,S,Cin/groups], bias [Cout] or undefined -> [N,H2,W2,Cout].
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              Conv2dParams params = {});

// The same for inference, with what follows the convolution done in one pass:
// act(conv(x) + bias + residual). `residual` is undefined or like the result; its memory is
// reused for the result when this handle is the only one (pass it with std::move).
// Not differentiable: InvalidInput when an input wants a gradient. `packed`: see PackedWeight.
Tensor conv2d_fused(const Tensor& x, const Tensor& weight, const Tensor& bias, Tensor residual,
                    Conv2dParams params, PackedWeight* packed = nullptr);

}  // namespace salix
