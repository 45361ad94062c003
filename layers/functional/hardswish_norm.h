// The wide maps of an inverted residual block in training, kept once instead of three times.
#pragma once

#include <memory>

#include "engine/tensor.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/conv2d.h"

namespace salix {

// h = hardswish(batch_norm(x)) with the batch's statistics, for convolutions that read it. Only x
// is kept for the backward pass; h is made when somebody reads it, and again when gradients arrive.
// Equal to the ops one by one, which keep x, h, and h times its gate.
class HardswishNorm {
 public:
  // x [N,H,W,C]; the rest as batch_norm(). Updates the running statistics.
  HardswishNorm(const Tensor& x, const Tensor& gamma, const Tensor& beta, Tensor running_mean,
                Tensor running_var, const BatchNormParams& params, Tensor batches);

  // The mean of h over each image, [N,C]. Then conv2d() must be given a gate made of it: the
  // gradient of h by way of the convolution waits for the one by way of the mean.
  Tensor average();

  // conv2d(h times gate); gate [N,C], or undefined for ones. Once.
  Tensor conv2d(const Tensor& weight, const Conv2dParams& params, const Tensor& gate = {});

 private:
  struct Kept;
  std::shared_ptr<Kept> kept_;
};

}  // namespace salix
