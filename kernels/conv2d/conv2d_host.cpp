// The cpu device: oneDNN where it has the type, else the plain reference. The simt device:
// the same for what cuDNN does on a GPU, and the handwritten kernels for the rest.
#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/reduce/reduce.h"

namespace salix::kernels {

namespace host {
namespace {
bool use_onednn(const Exec& exec, DType dtype) {
  return use_vendor_library(exec) && onednn::has_conv2d(dtype);
}
}  // namespace

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  const auto implementation = use_onednn(exec, x.dtype) ? onednn::conv2d : cpu::conv2d;
  implementation(exec, x, weight, bias, residual, y, params, packed);
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  const auto implementation =
      use_onednn(exec, dx.dtype) ? onednn::conv2d_backward_data : cpu::conv2d_backward_data;
  implementation(exec, dy, weight, dx, params);
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  const auto implementation =
      use_onednn(exec, x.dtype) ? onednn::conv2d_backward_weight : cpu::conv2d_backward_weight;
  implementation(exec, x, dy, dweight, dbias, params);
}

}  // namespace host

void conv2d_backward_bias(Exec& exec, ConstView dy, View dbias) {
  reduce(exec, dy, {dbias.data, {1, 1, 1, dy.dim(3)}, dbias.dtype}, ReduceKind::kSum);
}

namespace simt {

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  const bool relu = params.relu, in_place = !residual.empty() && residual.data == y.data;
  params.relu = false;
  host::conv2d(exec, x, weight, {}, in_place ? residual : ConstView{}, y, params, packed);
  if (in_place) residual = {};
  if (!bias.empty() || !residual.empty() || relu) {
    conv2d_epilogue(exec, y, bias, residual, y, relu);
  }
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  host::conv2d_backward_data(exec, dy, weight, dx, params);
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  host::conv2d_backward_weight(exec, x, dy, dweight, {}, params);
  if (!dbias.empty()) conv2d_backward_bias(exec, dy, dbias);
}

}  // namespace simt
}  // namespace salix::kernels
