// Max pooling to a given size, whatever the input's size.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y(n,i,j,c) = the largest x(n,.,.,c) in bin (i,j): rows floor(i H / H2) .. ceil((i+1) H / H2),
// the end excluded, and columns likewise; NaN counts as the largest. With H2 > H bins repeat
// pixels, so the map is enlarged. index(n,i,j,c) = which pixel of the bin it was, counted
// row by row; the first of equal ones. dx = sum of dy over the bins that chose the pixel.
//
// Shapes    x [N,H,W,C]; y, index [N,H2,W2,C]; dy like y, dx like x. All sizes > 0.
// Types     float32, bfloat16; float64 on the CPU. index int32, or empty when not wanted.
// Writes    y, index and dx are overwritten; no overlap with x or dy.
// Repeats   run_to_run: the backward gathers; one writer per element, no atomics.
void adaptive_max_pool2d(Exec& exec, ConstView x, View y, View index);
void adaptive_max_pool2d_backward(Exec& exec, ConstView dy, ConstView index, View dx);

}  // namespace salix::kernels
