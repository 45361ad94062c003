#include "layers/functional/batch_norm.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "engine/comm/communicator.h"

namespace salix {
namespace {

// Whom the batch's statistics are shared with; nullptr: nobody.
Communicator* ranks_of(Exec& exec, const BatchNormParams& params) {
  const Ranks& ranks = exec.extension<Ranks>();
  return params.training && ranks.sync_batch_norm ? ranks.communicator : nullptr;
}

void forward(Exec& exec, const kernels::BatchNormBuffers& b, const BatchNormParams& params,
             Communicator* ranks) {
  if (ranks == nullptr) return kernels::batch_norm(exec, b, params);
  const std::int64_t channels = b.x.dim(-1);
  Tensor own = Tensor::empty(exec, {channels, 3}, DType::kFloat64);
  Tensor all = Tensor::empty(exec, {ranks->ranks(), channels, 3}, DType::kFloat64);
  kernels::sync_batch_norm_moments(exec, b.x, own.mutable_view());
  ranks->all_gather(own.view(), all.mutable_view());
  kernels::sync_batch_norm(exec, b, params, all.view());
}

void backward(Exec& exec, const kernels::BatchNormBackwardBuffers& b, const BatchNormParams& params,
              Communicator* ranks) {
  if (ranks == nullptr) return kernels::batch_norm_backward(exec, b, params);
  Tensor sums = Tensor::empty(exec, {b.x.dim(-1), 3}, DType::kFloat64);
  kernels::sync_batch_norm_sums(exec, b, params, sums.mutable_view());
  ranks->sum(sums.mutable_view());
  kernels::sync_batch_norm_backward(exec, b, params, sums.view());
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, Tensor running_mean,
                  Tensor running_var, const BatchNormParams& params, const Tensor& residual,
                  Tensor batches) {
  SALIX_CHECK(x.rank() >= 2, "batch_norm: x must be [...,C]; got shape ", x.shape());
  SALIX_CHECK(params.momentum >= 0 && params.momentum <= 1 && params.eps >= 0,
              "batch_norm: momentum must be in [0,1] and eps not negative; got ", params.momentum,
              " and ", params.eps);

  const DType statistics = kernels::parameter_dtype(x.dtype());
  Tensor y = Tensor::empty(x.exec(), x.shape(), x.dtype());
  Tensor mean = Tensor::empty(x.exec(), {x.dim(-1)}, statistics);
  Tensor inv_std = Tensor::empty(x.exec(), {x.dim(-1)}, statistics);
  Communicator* const ranks = ranks_of(x.exec(), params);
  forward(x.exec(),
          {.x = x.view(),
           .gamma = gamma.view(),
           .beta = beta.view(),
           .residual = residual.defined() ? residual.view() : ConstView{},
           .running_mean = running_mean.mutable_view(),
           .running_var = running_var.mutable_view(),
           .y = y.mutable_view(),
           .mean = mean.mutable_view(),
           .inv_std = inv_std.mutable_view(),
           .batches = batches.defined() ? batches.mutable_view() : View{}},
          params, ranks);

  trace_op("batch_norm", {x, gamma, beta, running_mean, running_var, residual}, y,
           {{"eps", params.eps}, {"training", params.training}, {"relu", params.relu}});

  // Saved: x and the statistics; y only where the residual hides its sign.
  const bool masks_by_output = params.relu && residual.defined();
  record("batch_norm", {x, gamma, beta, residual}, y,
         [=, x = x.detach(), gamma = gamma.detach(), beta = beta.detach(),
          y = masks_by_output ? y.detach() : Tensor{},
          has_residual = residual.defined()](const Tensor& dy) {
           Tensor dx = Tensor::empty(dy.exec(), x.shape(), x.dtype());
           Tensor dgamma = Tensor::empty(dy.exec(), gamma.shape(), gamma.dtype());
           Tensor dbeta = Tensor::empty(dy.exec(), beta.shape(), beta.dtype());
           Tensor dresidual;
           if (has_residual && !params.relu) dresidual = dy;
           if (masks_by_output) dresidual = Tensor::empty(dy.exec(), x.shape(), x.dtype());
           backward(dy.exec(),
                    {.dy = dy.view(),
                     .x = x.view(),
                     .gamma = gamma.view(),
                     .beta = beta.view(),
                     .mean = mean.view(),
                     .inv_std = inv_std.view(),
                     .y = masks_by_output ? y.view() : ConstView{},
                     .dx = dx.mutable_view(),
                     .dgamma = dgamma.mutable_view(),
                     .dbeta = dbeta.mutable_view(),
                     .dresidual = masks_by_output ? dresidual.mutable_view() : View{}},
                    params, ranks);
           return std::vector{dx, dgamma, dbeta, dresidual};
         });
  return y;
}

}  // namespace salix
