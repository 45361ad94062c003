// 3x3 convolution by Winograd's F(4x4, 3x3): 36 products per 16 outputs instead of 144.
#pragma once

#include "kernels/conv2d/conv2d.h"

namespace salix::kernels::winograd {

// Whether conv2d and conv2d_backward_data here can do it: float32, 3x3, stride 1,
// dilation 1, one group, padding 0..2.
bool can_run(const ConstView& x, const ConstView& weight, const Conv2dParams& params);

// Whether it is also the fastest there is (measured, see the .cpp). `packed_weight`: the
// weight is transformed once, not at every call.
bool suits(const ConstView& x, const ConstView& weight, const Conv2dParams& params,
           bool packed_weight);

// Whether conv2d_backward_weight here is faster than the library's, likewise.
bool suits_backward_weight(const ConstView& x, const ConstView& dweight,
                           const Conv2dParams& params);

// As the functions of these names in kernels.
//
// Accuracy  the transforms mix a tile's 6x6 inputs and take differences, so errors follow the
//           largest values near an output, not the output's own terms. With K = 9 Cin terms
//           whose absolute values sum to at most A within the tile, against float64:
//           |error| <= 4 sqrt(K) 2^-24 A, tolerance::reduction with the tile's A. Measured on
//           values in [-1, 1): worst 0.72 of that at one channel, 0.07 at 64, 0.03 at 192, 0.01
//           at 1024 (direct sums: 0.11, 0.04, 0.02, 0.003). A non-finite x spreads over the tiles
//           that read it. The weight's gradient likewise, with K = N H W terms and A of the
//           whole weight: worst 0.6 at a few terms, 0.1 at 200, 0.02 at 3200 (direct: a fifth).
// Repeats   run_to_run, and the same bits for every thread count.
decltype(kernels::conv2d) conv2d;
decltype(kernels::conv2d_backward_data) conv2d_backward_data;
decltype(kernels::conv2d_backward_weight) conv2d_backward_weight;

}  // namespace salix::kernels::winograd
