// Average pooling of channels-last feature maps over rectangular windows.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"
#include "kernels/common/pool_window.h"
#include "kernels/common/size2.h"

namespace salix::kernels {

struct AvgPool2dParams {
  Size2 kernel = 2;
  Size2 stride = 2;
  Size2 padding = 0;              // zeros; at most kernel / 2
  bool count_include_pad = true;  // divide by the whole window, or by its part inside the map
};

// y(n,i,j,c) = the mean of x(n,.,.,c) over the window of (i,j).
//
// Shapes    x [N,H,W,C]; y [N,H2,W2,C] with H2 = floor((H + 2 padding - kernel) / stride) + 1,
//           W2 likewise; dy like y, dx like x. All sizes > 0.
// Types     float32, bfloat16 (sums in float); float64 on the CPU.
// Writes    y and dx are overwritten; no overlap with x or dy.
// Repeats   run_to_run: the backward gathers; one writer per element, no atomics.
void avg_pool2d(Exec& exec, ConstView x, View y, AvgPool2dParams params);
void avg_pool2d_backward(Exec& exec, ConstView dy, View dx, AvgPool2dParams params);

struct AvgPoolAxis : StridedPoolAxis {
  bool count_include_pad;

  // What the mean divides by, along this axis.
  SALIX_HOST_DEVICE int divisor(int out_index) const {
    return count_include_pad ? kernel : window(out_index).size();
  }
};

inline AvgPoolAxis height_axis(std::int64_t in_size, const AvgPool2dParams& params) {
  return {strided_pool_axis(in_size, params.kernel.h, params.stride.h, params.padding.h),
          params.count_include_pad};
}
inline AvgPoolAxis width_axis(std::int64_t in_size, const AvgPool2dParams& params) {
  return {strided_pool_axis(in_size, params.kernel.w, params.stride.w, params.padding.w),
          params.count_include_pad};
}

}  // namespace salix::kernels
