// Structural similarity as a loss (Wang et al. 2004).
#pragma once

#include "engine/tensor.h"

namespace salix {

// 1 - mean SSIM(Q, T), Q = sigmoid(logits); logits and target T [N,H,W,C], channel by channel.
// 11x11 Gaussian window of deviation 1.5, zeros beyond the border, C1 = 0.01^2, C2 = 0.03^2.
Tensor ssim_loss(const Tensor& logits, const Tensor& target);

}  // namespace salix
