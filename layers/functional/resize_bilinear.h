// Differentiable bilinear resize.
#pragma once

#include "engine/tensor.h"
#include "kernels/resize_bilinear/resize_bilinear.h"

namespace salix {

using kernels::ResizeBilinearParams;

// x [N,H,W,C] -> [N,height,width,C]. Half-pixel centres, or aligned corners.
Tensor resize_bilinear(const Tensor& x, std::int64_t height, std::int64_t width,
                       ResizeBilinearParams params = {});

}  // namespace salix
