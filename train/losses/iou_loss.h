// The IoU loss of stage 2.
#pragma once

#include "engine/tensor.h"

namespace salix {

// 1 - sum(QT) / (sum(Q + T - QT) + 1e-7) per sample, averaged over the batch, with
// Q = sigmoid(logits) and T = [target > 0.5]. logits and target [N,H,W,C]; one element. An
// empty target gives exactly 1 and no gradient.
Tensor iou_loss(const Tensor& logits, const Tensor& target);

}  // namespace salix
