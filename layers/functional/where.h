// Differentiable choice between two tensors by a mask (torch.where).
#pragma once

#include "engine/tensor.h"

namespace salix {

// a where mask != 0, else b; all of one shape and floating type. No gradient for the mask.
Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b);

}  // namespace salix
