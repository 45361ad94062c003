#include "train/losses/iou_loss.h"

#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {

Tensor iou_loss(const Tensor& logits, const Tensor& target) {
  const Tensor q = sigmoid(logits), t = greater(target, 0.5);
  const Tensor common = sum(q * t, {1, 2, 3});
  return mean(1.0 - common / (sum(q + t - q * t, {1, 2, 3}) + 1e-7));
}

}  // namespace salix
