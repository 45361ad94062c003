// How far pixels lie from the outlines of the regions that they are in.
#pragma once

#include <vector>

#include "data/image/image.h"

namespace salix::data {

// For each pixel, in rows, how many pixels lie between it and the nearest one of another value or
// outside of the image, in the chequerboard metric: 0 along outlines. regions [H,W,1].
std::vector<int> outline_distances(const Image& regions);

}  // namespace salix::data
