// What the implementations of conv2d share: the host's choice between oneDNN and the plain
// reference, and the handwritten kernels of the GPU.
#pragma once

#include "kernels/common/dispatch.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/matmul/matmul.h"

namespace salix::kernels {

namespace cpu {  // the plain reference
decltype(kernels::conv2d) conv2d;
decltype(kernels::conv2d_backward_data) conv2d_backward_data;
decltype(kernels::conv2d_backward_weight) conv2d_backward_weight;
}  // namespace cpu

namespace onednn {
decltype(kernels::conv2d) conv2d;
decltype(kernels::conv2d_backward_data) conv2d_backward_data;
decltype(kernels::conv2d_backward_weight) conv2d_backward_weight;
bool has_conv2d(DType dtype);
decltype(kernels::matmul) matmul;
}  // namespace onednn

// On cpu, and for the library's part on simt.
namespace host {
decltype(kernels::conv2d) conv2d;
decltype(kernels::conv2d_backward_data) conv2d_backward_data;
decltype(kernels::conv2d_backward_weight) conv2d_backward_weight;
}  // namespace host

// y = act(sum + bias + residual) in one pass over y; bias and residual may be empty, and y
// may be `sum`. Shapes and types as conv2d; float arithmetic.
using Conv2dEpilogue = void(Exec& exec, ConstView sum, ConstView bias, ConstView residual, View y,
                            bool relu);

// The three passes by handwritten kernels, for shapes that the library refuses: no bias, no
// residual, no ReLU; buffers as conv2d has them.
using Conv2dDirect = void(Exec& exec, ConstView x, ConstView weight, View y,
                          const Conv2dParams& params);
using Conv2dDirectBackwardData = void(Exec& exec, ConstView dy, ConstView weight, View dx,
                                      const Conv2dParams& params);
using Conv2dDirectBackwardWeight = void(Exec& exec, ConstView x, ConstView dy, View dweight,
                                        const Conv2dParams& params);

namespace simt {
decltype(kernels::conv2d) conv2d;
decltype(kernels::conv2d_backward_data) conv2d_backward_data;
decltype(kernels::conv2d_backward_weight) conv2d_backward_weight;
Conv2dEpilogue conv2d_epilogue;
Conv2dDirect conv2d_direct;
Conv2dDirectBackwardData conv2d_direct_backward_data;
Conv2dDirectBackwardWeight conv2d_direct_backward_weight;
}  // namespace simt

namespace cuda {
decltype(kernels::conv2d) conv2d;
decltype(kernels::conv2d_backward_data) conv2d_backward_data;
decltype(kernels::conv2d_backward_weight) conv2d_backward_weight;
Conv2dEpilogue conv2d_epilogue;
Conv2dDirect conv2d_direct;
Conv2dDirectBackwardData conv2d_direct_backward_data;
Conv2dDirectBackwardWeight conv2d_direct_backward_weight;
}  // namespace cuda

// dbias = the sum of dy over all axes but the last.
void conv2d_backward_bias(Exec& exec, ConstView dy, View dbias);

}  // namespace salix::kernels
