// All kernels at one vector width. Include only from the files that are compiled for one
// instruction set.
#pragma once

#include "kernels/conv2d/winograd_gradient.h"
#include "kernels/conv2d/winograd_maps.h"
#include "kernels/conv2d/winograd_multiply.h"
#include "kernels/conv2d/winograd_weights.h"

namespace salix::kernels::winograd {

template <int kLanes, int kMaxRows>
inline constexpr Kernels kTable{
    .panel = Multiply<kLanes, kMaxRows>::kPanel,
    .tiles = kMaxRows,
    .transform_input = Maps<kLanes>::transform_input,
    .multiply = Multiply<kLanes, kMaxRows>::run,
    .transform_output = Maps<kLanes>::transform_output,
    .transform_weight = Weights<kLanes, Multiply<kLanes, kMaxRows>::kPanel>::transform,
    .transform_gradient = Gradient<kLanes>::transform,
    .multiply_tiles = Gradient<kLanes>::multiply,
    .finish_gradient = Gradient<kLanes>::finish,
};

}  // namespace salix::kernels::winograd
