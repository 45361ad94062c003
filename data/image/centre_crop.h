// How classifiers are shown a picture: its short side to one length, then the centre.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// The short side to `side`, the long one to trunc(side long / short); unchanged if the short side
// is that long already. `resize` is a function of resize_pillow.h. Errors    InvalidInput for a
// picture so long that the result had more than 2^28 pixels.
Image resize_short_side(const Image& image, int side,
                        Image (*resize)(const Image& image, int height, int width));

// The size x size pixels from row round((height - size) / 2) and column round((width - size) / 2)
// on, halves to even, as torchvision. Errors    InvalidInput for a smaller image.
Image centre_crop(const Image& image, int size);

}  // namespace salix::data
