// Losses on the overlap of two regions; iou_loss.h has another. All: logits and target T
// [N,H,W,C], T in 0..1 and without gradient, Q = sigmoid(logits), sums per sample, then the
// mean over the batch; one element.
#pragma once

#include "engine/tensor.h"

namespace salix {

// 1 - 2 (sum QT + 1) / (sum Q + sum T + 1)
Tensor dice_loss(const Tensor& logits, const Tensor& target);
// 1 - 1.3 sum QT / (sum Q + 0.3 sum T): the F-measure of the field, beta^2 = 0.3.
Tensor fscore_loss(const Tensor& logits, const Tensor& target);
// The same with every term times w = 0.8 a + 0.2, a as in contour_loss: the contour counts more.
Tensor weighted_fscore_loss(const Tensor& logits, const Tensor& target);

}  // namespace salix
