// Boundary-aware texture matching on a saliency map and its priors.
#pragma once

#include "engine/tensor.h"
#include "kernels/btm/btm.h"

namespace salix {

using kernels::BtmParams;

struct BtmLoss {
  Tensor loss;            // one element, differentiable
  Tensor contour_pixels;  // one element: how many pixels of the batch the loss is a mean over
};

// Like texture, like saliency, at a quarter of the size: both maps are first resized
// (aligned corners) to floor(H/4) x floor(W/4). saliency: probabilities [N,H,W,1]; priors
// [N,H,W,3K], RGB first; H, W >= 4. No gradient for the priors. Formula: kernels/btm/btm.h.
BtmLoss btm_loss(const Tensor& saliency, const Tensor& priors, const BtmParams& params = {});

}  // namespace salix
