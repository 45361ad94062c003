#include "layers/functional/conv2d.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "layers/functional/autocast.h"
#include "layers/functional/op_attributes.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

ConstView view_or_empty(const Tensor& tensor) {
  return tensor.defined() ? tensor.view() : ConstView{};
}

void trace_conv2d(const char* op, std::initializer_list<Tensor> inputs, const Tensor& y,
                  const Conv2dParams& params) {
  trace_op(op, inputs, y,
           {{"stride", h_and_w(params.stride)},
            {"padding", h_and_w(params.padding)},
            {"dilation", h_and_w(params.dilation)},
            {"groups", std::int64_t{params.groups}},
            {"relu", params.relu},
            {"hardswish", params.hardswish}});
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Conv2dParams params) {
  SALIX_CHECK(!params.relu && !params.hardswish,
              "conv2d: a fused activation has no gradient rule; use relu(conv2d(...)), or "
              "conv2d_fused for inference");
  if (autocast_rounds({x, weight, bias})) {
    return conv2d(autocast_down(x), autocast_down(weight), autocast_down(bias), params);
  }
  Tensor y = Tensor::empty(
      x.exec(), kernels::conv2d_output_shape(x.shape(), weight.shape(), params), x.dtype());
  kernels::conv2d(x.exec(), x.view(), weight.view(), view_or_empty(bias), {}, y.mutable_view(),
                  params);

  trace_conv2d("conv2d", {x, weight, bias}, y, params);

  // Bilinear in x and weight: each one's gradient needs the other, so each is kept only
  // when the other wants a gradient.
  const bool want_dx = x.requires_grad(), want_dweight = weight.requires_grad();
  const bool want_dbias = bias.defined() && bias.requires_grad();
  record("conv2d", {x, weight, bias}, y,
         [saved_x = want_dweight || want_dbias ? x.detach() : Tensor(),
          saved_weight = want_dx ? weight.detach() : Tensor(), in = x.shape(),
          filter = weight.shape(), want_dx, want_dweight, want_dbias, params](const Tensor& dy) {
           Tensor dx, dweight, dbias;
           if (want_dx) {
             dx = Tensor::empty(dy.exec(), in, dy.dtype());
             kernels::conv2d_backward_data(dy.exec(), dy.view(), saved_weight.view(),
                                           dx.mutable_view(), params);
           }
           if (want_dweight || want_dbias) {
             dweight = Tensor::empty(dy.exec(), filter, dy.dtype());
             if (want_dbias) dbias = Tensor::empty(dy.exec(), {filter[0]}, dy.dtype());
             kernels::conv2d_backward_weight(dy.exec(), saved_x.view(), dy.view(),
                                             dweight.mutable_view(),
                                             want_dbias ? dbias.mutable_view() : View{}, params);
             if (!want_dweight) dweight = {};
           }
           return std::vector{dx, dweight, dbias};
         });
  return y;
}

Tensor conv2d_fused(const Tensor& x, const Tensor& weight, const Tensor& bias, Tensor residual,
                    Conv2dParams params, PackedWeight* packed) {
  SALIX_CHECK(!wants_grad({x, weight, bias, residual}),
              "conv2d_fused: has no gradient rule; use conv2d, or NoGrad for inference");
  if (autocast_rounds({x, weight, bias, residual})) {
    SALIX_CHECK(packed == nullptr || weight.dtype() == DType::kBFloat16,
                "conv2d_fused: a weight that is packed under autocast must be bfloat16; got ",
                weight.dtype());
    residual = autocast_down(residual);
    return conv2d_fused(autocast_down(x), autocast_down(weight), autocast_down(bias),
                        std::move(residual), params, packed);
  }
  if (params.hardswish && x.exec().device().kind != DeviceKind::kCpu) {
    params.hardswish = false;
    return hardswish(conv2d_fused(x, weight, bias, std::move(residual), params, packed));
  }
  const Shape out = kernels::conv2d_output_shape(x.shape(), weight.shape(), params);
  const bool in_place = residual.defined() && residual.unique() && residual.shape() == out;
  Tensor y = in_place ? residual : Tensor::empty(x.exec(), out, x.dtype());
  kernels::conv2d(x.exec(), x.view(), weight.view(), view_or_empty(bias), view_or_empty(residual),
                  y.mutable_view(), params, packed);
  trace_conv2d("conv2d_fused", {x, weight, bias, residual}, y, params);
  return y;
}

}  // namespace salix
