// Boundary-aware texture matching on a saliency map and its priors.
#pragma once

#include "engine/tensor.h"
#include "kernels/btm/btm.h"

namespace salix {

using kernels::BtmParams;

struct BtmLoss {
  Tensor loss;            // one element, differentiable
  Tensor contour_pixels;  // one element: how many pixels of the batch the loss is a mean over;
                          // over several ranks, on average per rank
};

// Like texture, like saliency, at a quarter of the size: both maps are first resized
// (aligned corners) to floor(H/4) x floor(W/4). saliency: probabilities [N,H,W,1]; priors
// [N,H,W,3K], RGB first; H, W >= 4. No gradient for the priors. Formula: kernels/btm/btm.h.
// Over several ranks (Ranks in engine/comm) each divides by the mean number of contour pixels
// per rank, so that the mean of the ranks' losses is the loss of all their maps as one batch.
BtmLoss btm_loss(const Tensor& saliency, const Tensor& priors, const BtmParams& params = {});
// The same of maps that have the size to compare at: saliency [N,h,w,1], features [N,h,w,3K].
BtmLoss btm_at_size(const Tensor& saliency, const Tensor& features, const BtmParams& params);

}  // namespace salix
