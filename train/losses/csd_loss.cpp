#include "train/losses/csd_loss.h"

#include <cmath>

#include "engine/autograd/tape.h"
#include "kernels/csd/csd.h"

namespace salix {

double csd_exponent(int epoch, int epochs) {
  SALIX_CHECK(epoch >= 1 && epoch <= epochs, "csd_exponent: the epoch must be in 1..epochs; got ",
              epoch, " of ", epochs);
  return std::exp2(1.0 - static_cast<double>(epoch - 1) / epochs);
}

Tensor csd_loss(const Tensor& logits, int epoch, int epochs) {
  const kernels::CsdParams params{.exponent = csd_exponent(epoch, epochs)};
  Tensor loss = Tensor::empty(logits.exec(), Shape{}, logits.dtype());
  kernels::csd(logits.exec(), logits.view(), loss.mutable_view(), params);

  // Only the logits are kept: the sigmoid is cheaper to compute again than to read.
  record("csd", {logits}, loss, [x = logits.detach(), params](const Tensor& dloss) {
    Tensor dx = Tensor::empty(x.exec(), x.shape(), x.dtype());
    kernels::csd_backward(x.exec(), dloss.view(), x.view(), dx.mutable_view(), params);
    return std::vector{dx};
  });
  return loss;
}

}  // namespace salix
