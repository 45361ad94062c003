// What a network is given of a picture, and how large it must be.
#pragma once

#include "data/image/resampling.h"
#include "models/network.h"
#include "train/inference/inference_item.h"

namespace salix {

// The side that a network was trained at, or the only one it takes.
int default_input_size(const NetworkFacts& network);
// Errors    InvalidInput below 32 or above 4096, or for another than a network's only size.
void check_input_size(const NetworkFacts& network, int size);

data::Resampling resampling_of(const NetworkFacts& network);

// An RGB picture of any size as [1,S,S,3]: resampled as the network's pictures are, then
// normalize_rgb. Equal to load_test_sample() of its file.
HostValues image_input(const NetworkFacts& network, const data::Image& picture, int size);
// Depth, flow or thermal as an RGB picture: likewise, its luminance where the network's facts say
// so, then scale_modality.
HostValues modality_input(const NetworkFacts& network, const data::Image& picture, int size);
// An RGB picture as classifiers of ImageNet are tested with it, [1,S,S,3]: the short side bicubic
// to trunc(S 256 / 224), the centre S x S of that, normalize_rgb_float32.
HostValues classifier_input(const data::Image& picture, int size);
// Values that are in the shape of inputs already.
HostValues square_input(std::vector<float> values, int size);

}  // namespace salix
