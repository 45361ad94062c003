// Differentiable cyclic shift.
#pragma once

#include "engine/tensor.h"
#include "kernels/roll/roll.h"

namespace salix {

using kernels::RollParams;

// x [N,H,W,C] moved down by shift_h and right by shift_w, around the edges.
Tensor roll(const Tensor& x, RollParams params);

}  // namespace salix
