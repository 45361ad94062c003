// Saliency structure consistency (Yu et al., AAAI 2021): two looks at one scene should agree.
#pragma once

#include "engine/tensor.h"

namespace salix {

// 0.85 mean(D) + 0.15 mean |P - R|, D = clamp((1 - SSIM(P, R)) / 2, 0, 1), P = sigmoid(logits),
// R = sigmoid(other), both [N,H,W,1]; one element. Gradients flow into both. SSIM over 3x3 windows
// of equal weight, zeros beyond the border counted, C1 = 0.01^2, C2 = 0.03^2; means and variances
// as in DHFR; at the limits of the clamp the gradient still passes.
// Errors    InvalidInput unless both have one shape and type.
Tensor structure_consistency_loss(const Tensor& logits, const Tensor& other);

}  // namespace salix
