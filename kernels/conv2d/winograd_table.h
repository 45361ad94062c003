// All kernels at one vector width. Include only from the files that are compiled for one
// instruction set.
#pragma once

#include "kernels/conv2d/winograd_maps.h"
#include "kernels/conv2d/winograd_multiply.h"
#include "kernels/conv2d/winograd_weights.h"

namespace salix::kernels::winograd {

template <int kLanes, int kMaxRows>
inline constexpr Kernels kTable{Multiply<kLanes, kMaxRows>::kPanel,
                                kMaxRows,
                                Maps<kLanes>::transform_input,
                                Multiply<kLanes, kMaxRows>::run,
                                Maps<kLanes>::transform_output,
                                Weights<kLanes, Multiply<kLanes, kMaxRows>::kPanel>::transform};

}  // namespace salix::kernels::winograd
