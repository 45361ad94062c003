// How pictures are brought to the size of a network's input.
#pragma once

#include "data/image/image.h"

namespace salix::data {

enum class Resampling {
  kBicubic,  // Pillow's, which averages where it makes smaller; labels by Pillow's nearest
  kNearest   // source index floor(i in / out) along each axis, for labels too
};

// Shapes    image [H,W,C] with C = 1 or 3, any sizes > 0; returns [height,width,C].
Image resample(const Image& image, int height, int width, Resampling resampling);
// The same for values that must not mix.
Image resample_labels(const Image& image, int height, int width, Resampling resampling);

// Output (i, j) is the source's (floor(i H / height), floor(j W / width)): half a pixel off to the
// top left of where other resizes look, as DHFR has it. C = 1, 3 or 4.
Image resize_nearest_floor(const Image& image, int height, int width);

}  // namespace salix::data
