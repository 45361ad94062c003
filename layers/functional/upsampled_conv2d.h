// Differentiable convolution of enlarged maps, without the enlarged maps.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace salix {

struct UpsampledConv2dParams {
  bool align_corners = false;
};

// conv2d(concat(resize_bilinear(maps[k], height, width)...), weight, bias), stride 1, zero
// padding K/2, computed as kernels/upsampled_conv2d explains: the same function, other
// rounding.
//
// Shapes  maps[k] [N,h_k,w_k,C_k], weight [O,K,K,sum of C_k] (K odd), bias [O] or undefined;
//         result [N,height,width,O].
Tensor upsampled_conv2d(const std::vector<Tensor>& maps, const Tensor& weight, const Tensor& bias,
                        std::int64_t height, std::int64_t width, UpsampledConv2dParams params = {});

// The second half alone: bias + the sum of the enlarged and shifted taps.
// Shapes  taps[k] [N,h_k,w_k,K*K*O], bias [O] or undefined; result [N,height,width,O].
Tensor upsample_taps(const std::vector<Tensor>& taps, const Tensor& bias, int kernel,
                     std::int64_t height, std::int64_t width, UpsampledConv2dParams params = {});

}  // namespace salix
