// 2-d convolution (cross-correlation, as all frameworks mean it) of channels-last maps,
// with groups up to depthwise, and its two gradients.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"
#include "kernels/common/size2.h"
#include "kernels/conv2d/packed_weight.h"

namespace salix::kernels {

struct Conv2dParams {
  Size2 stride = 1;
  Size2 padding = 0;  // zeros on both sides
  Size2 dilation = 1;
  int groups = 1;
  bool relu = false;       // forward only: max(0, ...) of the result
  bool hardswish = false;  // likewise z clamp(z + 3, 0, 6) / 6; on the CPU alone
};

// y(n,i,j,o) = act(residual(n,i,j,o) + bias(o) + sum over r,s,c of
//                  x(n, i*stride.h - padding.h + r*dilation.h, j*..., g*Cin/groups + c) *
//                  weight(o,r,s,c)),   g = the group of o, zeros outside x.
//
// Shapes    x [N,H,W,Cin], weight [Cout,R,S,Cin/groups], bias [Cout] or empty, residual like
//           y or empty, y = conv2d_output_shape(x, weight, params). All sizes > 0.
// Types     float32, bfloat16 (float accumulation; a bfloat16 oneDNN needs AVX-512, else the
//           reference runs); float64 on the CPU. One dtype for all buffers.
// Writes    y is overwritten. `residual` may be y itself (saves its copy); else no overlap.
// Repeats   run_to_run. The vendor libraries may split sums by thread count, so another
//           thread count may round differently; the reference never does.
//
// `packed`, if given, keeps the weight in the library's order between calls, and may bring
// other values than `weight` has: see there.
void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed = nullptr);

// dx(n,h,w,c) = sum of dy(n,i,j,o) * weight(o,r,s,c) over all (i,j,o,r,s) that read x(n,h,w,c).
// Shapes as above; dx is overwritten. Types and Repeats as conv2d.
void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx, Conv2dParams params);

// dweight(o,r,s,c) = sum over n,i,j of dy(n,i,j,o) * x(n, i*stride.h - padding.h + r*..., ...),
// dbias(o) = sum over n,i,j of dy(n,i,j,o); dbias may be empty.
// Shapes as above; both are overwritten. Types and Repeats as conv2d.
void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params);

// [N, (H + 2 padding - dilation (R-1) - 1) / stride + 1, ..., Cout]. InvalidInput when the
// kernel does not fit or the shapes and params do not go together.
Shape conv2d_output_shape(const Shape& x, const Shape& weight, const Conv2dParams& params);

}  // namespace salix::kernels
