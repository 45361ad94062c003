// Gaussian smoothing.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// One channel of an 8-bit image, 0..255.
FloatMap channel_map(const Image& image, int channel);

// Weights exp(-k^2 / (2 sigma^2)) for |k| <= ceil(3 sigma), made to sum to one, along rows and then
// along columns; outside the map the border repeats. sigma in pixels, >= 0; 0: the map itself.
FloatMap gaussian_blur(const FloatMap& map, float sigma);

}  // namespace salix::data
