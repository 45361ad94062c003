// Differentiable concatenation.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace salix {

// The tensors one after the other along `axis` (negative: from the last). They agree in
// dtype and in all other sizes. Channels of [N,H,W,C] are axis 3, or -1.
Tensor concat(const std::vector<Tensor>& inputs, int axis);

}  // namespace salix
