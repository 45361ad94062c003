// Pillow's ImageEnhance, to the bit: brightness, contrast, colour and sharpness of an image.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// Each replaces the levels v of the image by trunc(d + factor (v - d)), cut to 0..255, in float32:
// 0 gives the degenerate image d, 1 changes nothing, more than 1 exaggerates.
//
// Shapes    image [H,W,C] with C = 1 or 3. Errors    InvalidInput for other channels, and for a
//           factor that is negative or no number.

// d = 0.
void enhance_brightness(Image& image, float factor);
// d = the mean of to_grey(image), rounded half up; the same for all pixels and channels.
void enhance_contrast(Image& image, float factor);
// d = to_grey(image), in all channels.
void enhance_colour(Image& image, float factor);
// d = the mean of a pixel and its eight neighbours, in which it has the weight 5 and they 1,
// rounded half up; at the border of the image the pixel itself.
void enhance_sharpness(Image& image, float factor);

}  // namespace salix::data
