// Differentiable max pooling to a given size.
#pragma once

#include "engine/tensor.h"

namespace salix {

// x [N,H,W,C] -> [N,height,width,C], shrinking or enlarging; 1 x 1 is the global maximum.
Tensor adaptive_max_pool2d(const Tensor& x, std::int64_t height, std::int64_t width);

}  // namespace salix
