// Average pooling to a given size, whatever the input's size.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y(n,i,j,c) = the mean of x(n,.,.,c) over bin (i,j): rows floor(i H / H2) .. ceil((i+1) H / H2),
// the end excluded, and columns likewise. Bins overlap where H2 does not divide H; with H2 > H
// they repeat pixels, so the map is enlarged.
//
// Shapes    x [N,H,W,C], y [N,H2,W2,C]; dy like y, dx like x. All sizes > 0.
// Types     float32, bfloat16 (sums in float); float64 on the CPU.
// Writes    y and dx are overwritten; no overlap with x or dy.
// Repeats   run_to_run: the backward gathers; one writer per element, no atomics.
void adaptive_avg_pool2d(Exec& exec, ConstView x, View y);
void adaptive_avg_pool2d_backward(Exec& exec, ConstView dy, View dx);

}  // namespace salix::kernels
