#include "layers/modules/batch_norm2d.h"

namespace salix {

BatchNorm2d::BatchNorm2d(Exec& exec, std::int64_t channels)
    : weight(Tensor::full(exec, {channels}, 1.0)),
      bias(Tensor::zeros(exec, {channels})),
      running_mean(Tensor::zeros(exec, {channels})),
      running_var(Tensor::full(exec, {channels}, 1.0)),
      num_batches_tracked(Tensor::zeros(exec, {}, DType::kInt64)) {
  add_norm_parameter("weight", weight);
  add_norm_parameter("bias", bias);
  add_norm_buffer("running_mean", running_mean);
  add_norm_buffer("running_var", running_var);
  add_norm_buffer("num_batches_tracked", num_batches_tracked);
}

Tensor BatchNorm2d::operator()(const Tensor& x, const Then& then) {
  BatchNormParams params;
  params.eps = kEps;
  params.momentum = kMomentum;
  params.training = training();
  params.relu = then.relu;
  return batch_norm(x, weight, bias, running_mean, running_var, params, then.residual,
                    num_batches_tracked);
}

}  // namespace salix
