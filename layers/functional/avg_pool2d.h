// Differentiable average pooling.
#pragma once

#include "engine/tensor.h"
#include "kernels/avg_pool2d/avg_pool2d.h"

namespace salix {

using kernels::AvgPool2dParams;

// x [N,H,W,C] -> [N,H2,W2,C], H2 = floor((H + 2 padding - kernel) / stride) + 1.
Tensor avg_pool2d(const Tensor& x, AvgPool2dParams params);

}  // namespace salix
