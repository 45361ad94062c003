#include "layers/functional/group_norm.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"

namespace salix {

Tensor group_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                  const GroupNormParams& params) {
  SALIX_CHECK(x.rank() >= 2, "group_norm: x must be [N,...,C]; got shape ", x.shape());
  SALIX_CHECK(params.groups > 0, "group_norm: groups must be positive; got ", params.groups);
  SALIX_CHECK(params.eps >= 0, "group_norm: eps must not be negative; got ", params.eps);

  const DType statistics = kernels::parameter_dtype(x.dtype());
  Tensor y = Tensor::empty(x.exec(), x.shape(), x.dtype());
  Tensor mean = Tensor::empty(x.exec(), {x.dim(0) * params.groups}, statistics);
  Tensor inv_std = Tensor::empty(x.exec(), {x.dim(0) * params.groups}, statistics);
  kernels::group_norm(x.exec(),
                      {.x = x.view(),
                       .gamma = gamma.view(),
                       .beta = beta.view(),
                       .y = y.mutable_view(),
                       .mean = mean.mutable_view(),
                       .inv_std = inv_std.mutable_view()},
                      params);

  trace_op("group_norm", {x, gamma, beta}, y,
           {{"groups", params.groups}, {"eps", params.eps}, {"relu", params.relu}});

  // Saved: x and the statistics. The ReLU's sign is computed again from x.
  record("group_norm", {x, gamma, beta}, y,
         [=, x = x.detach(), gamma = gamma.detach(), beta = beta.detach()](const Tensor& dy) {
           Tensor dx = Tensor::empty(dy.exec(), x.shape(), x.dtype());
           Tensor dgamma = Tensor::empty(dy.exec(), gamma.shape(), gamma.dtype());
           Tensor dbeta = Tensor::empty(dy.exec(), beta.shape(), beta.dtype());
           kernels::group_norm_backward(dy.exec(),
                                        {.dy = dy.view(),
                                         .x = x.view(),
                                         .gamma = gamma.view(),
                                         .beta = beta.view(),
                                         .mean = mean.view(),
                                         .inv_std = inv_std.view(),
                                         .dx = dx.mutable_view(),
                                         .dgamma = dgamma.mutable_view(),
                                         .dbeta = dbeta.mutable_view()},
                                        params);
           return std::vector{dx, dgamma, dbeta};
         });
  return y;
}

}  // namespace salix
