// The IoU loss of stage 2.
#pragma once

#include "engine/tensor.h"
#include "kernels/iou/iou.h"

namespace salix {

using kernels::IouParams;

// 1 - sum(QT) / (sum(Q + T - QT) + epsilon) per sample, averaged over the batch, with
// Q = sigmoid(logits) and T = [target > 0.5]. logits and target [N,...]; one element. No
// gradient for the target. An empty target gives exactly 1 and no gradient.
Tensor iou_loss(const Tensor& logits, const Tensor& target, const IouParams& params = {});

}  // namespace salix
