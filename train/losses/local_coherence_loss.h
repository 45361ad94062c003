// Local saliency coherence (Yu et al., "Structure-consistent weakly supervised salient object
// detection with local saliency coherence", AAAI 2021), also known as LSC or the L1 CRF.
#pragma once

#include "engine/tensor.h"

namespace salix {

struct LocalCoherenceParams {
  double place = 6;     // deviation of the places, in pixels of the small map
  double colour = 0.1;  // deviation of the colours, in the unit of `image`
};

// mean_i sum_j k_ij |y_i - y_j| over the pixels of y, which is sigmoid(logits) [N,H,W,1] at a
// quarter of the size (aligned corners), and the 11x11 pixels j around i;
// k_ij = exp(-|place_i - place_j|^2 / (2 s^2) - |colour_i - colour_j|^2 / (2 c^2)). image
// [N,H,W,3]; no gradient for it. Beyond the border y, places and colours count as 0, as published.
// Errors    InvalidInput for other shapes, or H or W below 4.
Tensor local_coherence_loss(const Tensor& logits, const Tensor& image,
                            const LocalCoherenceParams& params = {});

}  // namespace salix
