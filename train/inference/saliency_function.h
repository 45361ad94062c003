// A network as a pass sees it: images in, saliency maps before the sigmoid out.
#pragma once

#include <functional>

#include "data/image/image.h"
#include "models/network.h"

namespace salix {

struct SaliencyFunction {
  // Normalised images [N,S,S,3], and their modality [N,S,S,3] in 0..1 (undefined unless
  // needs_modality) -> logits [N,h,w,1].
  std::function<Tensor(const Tensor& image, const Tensor& modality)> logits;
  bool needs_modality = false;
};

// The prediction of a network in eval mode, which must outlive the function. `at_input_size`:
// logits smaller than the image are first enlarged to its size (half-pixel centres), as the dense
// CRF, which looks at both, needs them.
SaliencyFunction saliency_of(Network& network, bool at_input_size);

// A map from the network's own size to an image's: bilinear as OpenCV, rounded to multiples of
// 1/255 (half to even).
data::FloatMap at_image_size(const data::FloatMap& probability, int height, int width);

}  // namespace salix
