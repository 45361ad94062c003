#include "layers/functional/layer_norm.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/common/parameter_dtype.h"

namespace salix {

Tensor layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                  const LayerNormParams& params) {
  SALIX_CHECK(x.rank() >= 1 && x.numel() > 0,
              "layer_norm: x must be [...,C] with positive sizes; got shape ", x.shape());
  SALIX_CHECK(params.eps >= 0, "layer_norm: eps must not be negative; got ", params.eps);

  const DType statistics = kernels::parameter_dtype(x.dtype());
  const Shape rows{x.numel() / x.dim(-1)};
  Tensor y = Tensor::empty(x.exec(), x.shape(), x.dtype());
  Tensor mean = Tensor::empty(x.exec(), rows, statistics);
  Tensor inv_std = Tensor::empty(x.exec(), rows, statistics);
  kernels::layer_norm(x.exec(),
                      {.x = x.view(),
                       .gamma = gamma.view(),
                       .beta = beta.view(),
                       .y = y.mutable_view(),
                       .mean = mean.mutable_view(),
                       .inv_std = inv_std.mutable_view()},
                      params);

  trace_op("layer_norm", {x, gamma, beta}, y, {{"eps", params.eps}});

  // Saved: x and the statistics; beta shifts y and leaves no trace in the gradients.
  record("layer_norm", {x, gamma, beta}, y,
         [x = x.detach(), gamma = gamma.detach(), mean, inv_std](const Tensor& dy) {
           Tensor dx = Tensor::empty(dy.exec(), x.shape(), x.dtype());
           Tensor dgamma = Tensor::empty(dy.exec(), gamma.shape(), gamma.dtype());
           Tensor dbeta = Tensor::empty(dy.exec(), gamma.shape(), gamma.dtype());
           kernels::layer_norm_backward(dy.exec(), {.dy = dy.view(),
                                                    .x = x.view(),
                                                    .gamma = gamma.view(),
                                                    .mean = mean.view(),
                                                    .inv_std = inv_std.view(),
                                                    .dx = dx.mutable_view(),
                                                    .dgamma = dgamma.mutable_view(),
                                                    .dbeta = dbeta.mutable_view()});
           return std::vector{dx, dgamma, dbeta};
         });
  return y;
}

}  // namespace salix
