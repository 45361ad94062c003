// Differentiable reordering of axes.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace salix {

// Axis a of the result is axis order[a] of x. [N,H,W,C] with {0, 3, 1, 2} is [N,C,H,W].
Tensor permute(const Tensor& x, const std::vector<int>& order);

}  // namespace salix
