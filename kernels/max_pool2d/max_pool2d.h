// Max pooling of channels-last feature maps over rectangular windows.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"
#include "kernels/common/pool_window.h"
#include "kernels/common/size2.h"

namespace salix::kernels {

struct MaxPool2dParams {
  Size2 kernel = 2;
  Size2 stride = 2;
  Size2 padding = 0;  // at most kernel / 2; padded pixels count as minus infinity
};

// y(n,i,j,c) = the largest x(n,.,.,c) in the window of (i,j); NaN counts as the largest.
// index(n,i,j,c) = which of the window's pixels inside the map it was, counted row by row;
// the first of equal ones. The backward sends dy to that pixel: dx = sum over the windows
// that chose it.
//
// Shapes    x [N,H,W,C]; y, index [N,H2,W2,C] with H2 = floor((H + 2 padding - kernel) /
//           stride) + 1, W2 likewise; dy like y, dx like x. All sizes > 0.
// Types     float32, bfloat16; float64 on the CPU. index int32, or empty when not wanted.
// Writes    y, index and dx are overwritten; no overlap with x or dy.
// Repeats   run_to_run: the backward gathers; one writer per element, no atomics.
void max_pool2d(Exec& exec, ConstView x, View y, View index, MaxPool2dParams params);
void max_pool2d_backward(Exec& exec, ConstView dy, ConstView index, View dx,
                         MaxPool2dParams params);

inline StridedPoolAxis height_axis(std::int64_t in_size, const MaxPool2dParams& params) {
  return strided_pool_axis(in_size, params.kernel.h, params.stride.h, params.padding.h);
}
inline StridedPoolAxis width_axis(std::int64_t in_size, const MaxPool2dParams& params) {
  return strided_pool_axis(in_size, params.kernel.w, params.stride.w, params.padding.w);
}

}  // namespace salix::kernels
