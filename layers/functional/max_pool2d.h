// Differentiable max pooling.
#pragma once

#include "engine/tensor.h"
#include "kernels/max_pool2d/max_pool2d.h"

namespace salix {

using kernels::MaxPool2dParams;

// x [N,H,W,C] -> [N,H2,W2,C], H2 = floor((H + 2 padding - kernel) / stride) + 1. Padded
// pixels never win. ResNet's: {.kernel = 3, .stride = 2, .padding = 1}.
Tensor max_pool2d(const Tensor& x, MaxPool2dParams params);

}  // namespace salix
