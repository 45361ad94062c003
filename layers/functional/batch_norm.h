// Differentiable batch norm, with the residual sum and ReLU of a ResNet block if wanted.
#pragma once

#include "engine/tensor.h"
#include "kernels/batch_norm/batch_norm.h"

namespace salix {

using kernels::BatchNormParams;

// x [...,C] -> the same shape: normalised per channel, times gamma, plus beta, plus residual
// (if defined), ReLU (if params.relu). Parameters and running statistics are [C], float32
// (float64 for float64 x). In training the running statistics are updated in place, again on
// every recomputation; they get no gradient; `batches`, if
// defined, is an int64 [] that counts the updates. With Ranks::sync_batch_norm (engine/comm) the
// statistics in training are those of all ranks' maps together, and dx is the gradient of the
// sum of their losses; dgamma and dbeta are this rank's part, as other parameters' gradients.
Tensor batch_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, Tensor running_mean,
                  Tensor running_var, const BatchNormParams& params, const Tensor& residual = {},
                  Tensor batches = {});

}  // namespace salix
