// Edges of images: how fast the values change.
#pragma once

#include <span>

#include "data/image/image.h"

namespace salix::data {

// sqrt(sum over channels of dx^2 + dy^2) with dx = (right - left) / 2 and dy likewise, in levels
// per pixel; outside the map the border repeats. Channels of one size, at least one.
FloatMap gradient_strength(std::span<const FloatMap> channels);

// The value that `part` of the map's values (0..1) do not exceed.
float quantile(const FloatMap& map, double part);

}  // namespace salix::data
