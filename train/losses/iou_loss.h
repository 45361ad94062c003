// The IoU loss: of stage 2, and with other parameters of other methods.
#pragma once

#include "engine/tensor.h"
#include "kernels/iou/iou.h"

namespace salix {

using kernels::IouParams;

// SALOD's: a target as it is, and no division by zero for an empty one.
inline constexpr IouParams kSmoothIou{.epsilon = 0, .smoothing = 1, .threshold_target = false};

// 1 - (sum(QT) + smoothing) / (sum(Q + T - QT) + smoothing + epsilon) per sample, averaged over
// the batch, with Q = sigmoid(logits) and T = [target > 0.5]. logits and target [N,...]; one
// element. No gradient for the target. Without smoothing an empty target gives exactly 1 and no
// gradient.
Tensor iou_loss(const Tensor& logits, const Tensor& target, const IouParams& params = {});

}  // namespace salix
