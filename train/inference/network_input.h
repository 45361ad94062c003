// What a network is given of a picture, and how large it must be.
#pragma once

#include "models/network.h"
#include "train/inference/inference_item.h"

namespace salix {

// The side that a network was trained at, or the only one it takes.
int default_input_size(const NetworkFacts& network);
// Errors    InvalidInput below 32 or above 4096, or for another than a network's only size.
void check_input_size(const NetworkFacts& network, int size);

// An RGB picture of any size as [1,S,S,3]: bicubic as Pillow, then normalize_rgb. Equal to
// load_test_sample() of its file.
HostValues image_input(const data::Image& picture, int size);
// Depth, flow or thermal as an RGB picture: likewise, then scale_modality.
HostValues modality_input(const data::Image& picture, int size);
// Values that are in the shape of inputs already.
HostValues square_input(std::vector<float> values, int size);

}  // namespace salix
