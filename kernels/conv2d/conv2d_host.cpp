// The cpu device: Winograd where it is fastest, oneDNN where it has the type, else the plain
// reference. The simt device: the same for what cuDNN does on a GPU, and the handwritten
// kernels for the rest.
#include "kernels/conv2d/conv2d_depthwise.h"
#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/conv2d/conv2d_winograd.h"
#include "kernels/reduce/reduce.h"

namespace salix::kernels {

namespace host {
namespace {

bool use_onednn(const Exec& exec, DType dtype) {
  return use_vendor_library(exec) && onednn::has_conv2d(dtype);
}

// Channels-last, a 1x1 convolution of stride 1 is one matrix product of pixels and channels
// as they lie. In training that saves reordering the weight there and its gradient back:
// from 2048 to 512 channels at 10x10, batch 2, one thread of a Zen 4 (oneDNN 2.6.3), the
// weight gradient takes 4.8 ms instead of 7.6, the forward pass 4.4 instead of 5.1.
bool is_matrix_product(const Shape& weight, const Conv2dParams& p) {
  return weight[1] == 1 && weight[2] == 1 && p.stride == 1 && p.padding == 0 && p.groups == 1;
}

// A map as [pixels,channels], a 1x1 weight as [Cout,Cin].
ConstView rows(const ConstView& map) {
  return {map.data, {map.numel() / map.dim(3), map.dim(3)}, map.dtype};
}
View rows(const View& map) { return {map.data, {map.numel() / map.dim(3), map.dim(3)}, map.dtype}; }

}  // namespace

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  if (!use_onednn(exec, x.dtype)) {
    if (packed) weight.data = packed->keep_plain(weight.data);
    return cpu::conv2d(exec, x, weight, bias, residual, y, params, nullptr);
  }
  if (residual.empty() && depthwise::suits(x, weight.shape, params)) {
    if (packed) weight.data = packed->keep_plain(weight.data);
    return depthwise::conv2d(exec, x, weight, bias, y, params);
  }
  if (!params.hardswish && winograd::suits(x, weight, params, packed != nullptr)) {
    return winograd::conv2d(exec, x, weight, bias, residual, y, params, packed);
  }
  const bool inference = packed != nullptr || !residual.empty() || params.relu || params.hardswish;
  if (!inference && is_matrix_product(weight.shape, params)) {
    return onednn::matmul(exec, rows(x), rows(weight), bias, rows(y), {.transpose_b = true});
  }
  onednn::conv2d(exec, x, weight, bias, residual, y, params, packed);
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  if (!use_onednn(exec, dx.dtype)) {
    return cpu::conv2d_backward_data(exec, dy, weight, dx, params);
  }
  if (depthwise::suits(dx, weight.shape, params)) {
    return depthwise::backward_data(exec, dy, weight, dx);
  }
  if (winograd::suits(dx, weight, params, false)) {
    return winograd::conv2d_backward_data(exec, dy, weight, dx, params);
  }
  if (is_matrix_product(weight.shape, params)) {
    return onednn::matmul(exec, rows(dy), rows(weight), {}, rows(dx), {});
  }
  onednn::conv2d_backward_data(exec, dy, weight, dx, params);
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  if (!use_onednn(exec, x.dtype)) {
    return cpu::conv2d_backward_weight(exec, x, dy, dweight, dbias, params);
  }
  if (depthwise::suits(x, dweight.shape, params)) {
    depthwise::backward_weight(exec, x, dy, dweight);
    if (!dbias.empty()) conv2d_backward_bias(exec, dy, dbias);
    return;
  }
  if (winograd::suits_backward_weight(x, dweight, params)) {
    return winograd::conv2d_backward_weight(exec, x, dy, dweight, dbias, params);
  }
  if (is_matrix_product(dweight.shape, params)) {
    onednn::matmul(exec, rows(dy), rows(x), {}, rows(dweight), {.transpose_a = true});
    if (!dbias.empty()) conv2d_backward_bias(exec, dy, dbias);
    return;
  }
  onednn::conv2d_backward_weight(exec, x, dy, dweight, dbias, params);
}

}  // namespace host

void conv2d_backward_bias(Exec& exec, ConstView dy, View dbias) {
  reduce(exec, dy, {dbias.data, {1, 1, 1, dy.dim(3)}, dbias.dtype}, ReduceKind::kSum);
}

namespace simt {

// One call of the library, as on a GPU.
void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  const bool relu = params.relu, in_place = !residual.empty() && residual.data == y.data;
  params.relu = false;
  exec.backend().count_launch();
  host::conv2d(exec, x, weight, {}, in_place ? residual : ConstView{}, y, params, packed);
  if (in_place) residual = {};
  if (!bias.empty() || !residual.empty() || relu) {
    conv2d_epilogue(exec, y, bias, residual, y, relu);
  }
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  exec.backend().count_launch();
  host::conv2d_backward_data(exec, dy, weight, dx, params);
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  exec.backend().count_launch();
  host::conv2d_backward_weight(exec, x, dy, dweight, {}, params);
  if (!dbias.empty()) conv2d_backward_bias(exec, dy, dbias);
}

}  // namespace simt
}  // namespace salix::kernels
