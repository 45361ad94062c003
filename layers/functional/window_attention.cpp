#include "layers/functional/window_attention.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/common/parameter_dtype.h"

namespace salix {

Tensor window_attention(const Tensor& qkv, const Tensor& bias, const Tensor& saliency,
                        const WindowAttentionParams& params) {
  const bool masked = saliency.defined();
  const Shape sums =
      kernels::window_attention_log_sums_shape(qkv.shape(), masked, params);  // checks the request
  Tensor seen;  // [N,H,W], outside the tape
  if (masked) {
    SALIX_CHECK(saliency.shape() == (Shape{qkv.dim(0), qkv.dim(1), qkv.dim(2), 1}),
                "window_attention: saliency must be [N,H,W,1] of qkv's grid; got ",
                saliency.shape(), " for qkv ", qkv.shape());
    const UntracedScope part_of_this(qkv.exec());
    seen = saliency.detach().reshape({qkv.dim(0), qkv.dim(1), qkv.dim(2)});
  }
  const auto view_of_seen = [](const Tensor& map) {
    return map.defined() ? map.view() : ConstView{};
  };

  Tensor y =
      Tensor::empty(qkv.exec(), {qkv.dim(0), qkv.dim(1), qkv.dim(2), qkv.dim(3) / 3}, qkv.dtype());
  Tensor log_sums = Tensor::empty(qkv.exec(), sums, kernels::parameter_dtype(qkv.dtype()));
  kernels::window_attention(qkv.exec(),
                            {.qkv = qkv.view(),
                             .bias = bias.view(),
                             .saliency = view_of_seen(seen),
                             .y = y.mutable_view(),
                             .log_sums = log_sums.mutable_view()},
                            params);

  trace_op("window_attention", {qkv, bias, saliency}, y,
           {{"heads", params.heads}, {"window", params.window}, {"shift", params.shift}});

  // Saved: qkv and two numbers per token and head; the scores are computed again.
  record("window_attention", {qkv, bias}, y,
         [=, qkv = qkv.detach(), bias = bias.detach()](const Tensor& dy) {
           Tensor dqkv = Tensor::empty(dy.exec(), qkv.shape(), qkv.dtype());
           Tensor dbias = Tensor::empty(dy.exec(), bias.shape(), bias.dtype());
           kernels::window_attention_backward(dy.exec(),
                                              {.dy = dy.view(),
                                               .qkv = qkv.view(),
                                               .bias = bias.view(),
                                               .saliency = view_of_seen(seen),
                                               .log_sums = log_sums.view(),
                                               .dqkv = dqkv.mutable_view(),
                                               .dbias = dbias.mutable_view()},
                                              params);
           return std::vector{dqkv, dbias};
         });
  return y;
}

}  // namespace salix
