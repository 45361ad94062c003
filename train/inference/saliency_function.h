// A network as evaluation and prediction see it: images in, probabilities out.
#pragma once

#include <functional>

#include "data/image/image.h"
#include "models/network.h"

namespace salix {

// A network in eval mode: normalised images [N,S,S,3] and their modality [N,S,S,3] in 0..1
// (zeros where there is none) -> probabilities [N,h,w,1].
using SaliencyFunction = std::function<Tensor(const Tensor& image, const Tensor& modality)>;

// Sigmoid of the network's prediction. `at_input_size`: logits smaller than the image are first
// enlarged to its size (half-pixel centres), as the dense CRF, which looks at both, needs them.
// The network must outlive the function.
SaliencyFunction saliency_of(Network& network, bool at_input_size);

// A map from the network's own size to an image's: bilinear as OpenCV, rounded to multiples of
// 1/255 (half to even).
data::FloatMap at_image_size(const data::FloatMap& probability, int height, int width);

// One map of each image of a batch [N,h,w,1].
std::vector<data::FloatMap> maps_of(const Tensor& probabilities);

}  // namespace salix
