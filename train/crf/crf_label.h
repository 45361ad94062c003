// From a saliency map to a pseudo label: the CRF branch of A2S-v2's test program.
#pragma once

#include <span>

#include "data/image/image.h"
#include "engine/exec.h"
#include "train/crf/dense_crf.h"

namespace salix {

// 1 where trunc(255 p) is above Otsu's threshold, else 0: the labels the CRF starts from. A
// constant map that is not zero gives 1 everywhere, a zero map 0.
data::Image otsu_labels(const data::FloatMap& probability);

// Otsu labels, dense CRF guided by the network's input (brought back to 8 bits), 7x7 median.
//
// Shapes    probability [S,S], normalized_image [S,S,3], channels last; returns [S,S,1], 0 or
//           1. Any H and W in place of S.
// Errors    InvalidInput when the sizes differ. midnet's maps have half its input's size:
//           upsample them first.
data::Image crf_label(Exec& exec, const data::FloatMap& probability,
                      std::span<const float> normalized_image, const DenseCrfParams& params = {});

}  // namespace salix
