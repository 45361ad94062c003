#include "kernels/conv2d/conv2d.h"

#include "kernels/common/checks.h"
#include "kernels/conv2d/conv2d_parts.h"

namespace salix::kernels {

namespace {

std::int64_t output_size(const char* axis, std::int64_t in, std::int64_t kernel, int stride,
                         int padding, int dilation) {
  SALIX_CHECK(stride > 0 && dilation > 0 && padding >= 0,
              "conv2d: stride and dilation must be positive and padding not negative; got ", stride,
              ", ", dilation, " and ", padding, " along ", axis);
  const std::int64_t reach = dilation * (kernel - 1) + 1;
  SALIX_CHECK(in + 2 * padding >= reach, "conv2d: the kernel must fit into the padded input; got ",
              reach, " against ", in + 2 * padding, " along ", axis);
  return (in + 2 * padding - reach) / stride + 1;
}

// `x` is x or dx, `y` is y or dy, `weight` is weight or dweight.
void check(const char* op, const ConstView& x, const ConstView& weight, const ConstView& y,
           const Conv2dParams& params) {
  check_rank(op, "x", x, 4);
  check_rank(op, "weight", weight, 4);
  check_shape(op, "y", y, conv2d_output_shape(x.shape, weight.shape, params));
  check_same_dtype(op, "x", x, "weight", weight);
  check_same_dtype(op, "x", x, "y", y);
  check_no_overlap(op, "x", x, "y", y);
}

void check_bias(const char* op, const ConstView& bias, const ConstView& weight) {
  if (bias.empty()) return;
  check_shape(op, "bias", bias, {weight.dim(0)});
  check_same_dtype(op, "bias", bias, "weight", weight);
}

}  // namespace

Shape conv2d_output_shape(const Shape& x, const Shape& weight, const Conv2dParams& params) {
  SALIX_CHECK(x.rank() == 4 && weight.rank() == 4,
              "conv2d: x must be [N,H,W,Cin] and weight [Cout,R,S,Cin/groups]; got ", x, " and ",
              weight);
  SALIX_CHECK(x.numel() > 0 && weight.numel() > 0, "conv2d: all sizes must be positive; got ", x,
              " and ", weight);
  SALIX_CHECK(params.groups > 0 && weight.dim(0) % params.groups == 0 &&
                  x.dim(3) == weight.dim(3) * params.groups,
              "conv2d: x must have Cin = groups * weight's last size, and groups must divide Cout; "
              "got x ",
              x, ", weight ", weight, " and ", params.groups, " groups");
  const auto& [stride, padding, dilation, groups, relu, hardswish] = params;
  return {x.dim(0), output_size("H", x.dim(1), weight.dim(1), stride.h, padding.h, dilation.h),
          output_size("W", x.dim(2), weight.dim(2), stride.w, padding.w, dilation.w),
          weight.dim(0)};
}

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  check("conv2d", x, weight, y, params);
  check_bias("conv2d", bias, weight);
  check_no_overlap("conv2d", "weight", weight, "y", y);
  if (!residual.empty()) {
    check_same_shape("conv2d", "residual", residual, "y", y);
    check_same_dtype("conv2d", "residual", residual, "y", y);
    if (residual.data != y.data) check_no_overlap("conv2d", "residual", residual, "y", y);
  }
  run_on_device("conv2d", exec,
                Implementations{host::conv2d, simt::conv2d, SALIX_CUDA(cuda::conv2d)}, x, weight,
                bias, residual, y, params, packed);
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  check("conv2d_backward_data", dx, weight, dy, params);
  check_no_overlap("conv2d_backward_data", "weight", weight, "dx", dx);
  run_on_device("conv2d_backward_data", exec,
                Implementations{host::conv2d_backward_data, simt::conv2d_backward_data,
                                SALIX_CUDA(cuda::conv2d_backward_data)},
                dy, weight, dx, params);
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  check("conv2d_backward_weight", x, dweight, dy, params);
  check_bias("conv2d_backward_weight", dbias, dweight);
  check_no_overlap("conv2d_backward_weight", "x", x, "dweight", dweight);
  check_no_overlap("conv2d_backward_weight", "dy", dy, "dweight", dweight);
  run_on_device("conv2d_backward_weight", exec,
                Implementations{host::conv2d_backward_weight, simt::conv2d_backward_weight,
                                SALIX_CUDA(cuda::conv2d_backward_weight)},
                x, dy, dweight, dbias, params);
}

}  // namespace salix::kernels
