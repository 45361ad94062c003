// Pillow's 8-bit Image.rotate by whole degrees, to the bit: in the frame of the image, about its
// centre, counter-clockwise.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// BICUBIC. The centre of output pixel (i, j) looks at the source at
//   u = c (j + 0.5) + s (i + 0.5) + w,   v = -s (j + 0.5) + c (i + 0.5) + h,
// c and s the cosine and sine of the angle backwards, rounded to 15 decimals, w and h such that the
// middle of the image looks at itself. Outside the image it becomes 0; inside it is interpolated at
// (u - 0.5, v - 0.5) with the cubic kernel of a = -1 (resize_pillow.h has -0.5), rows first,
// neighbours clamped to the border, and cut to 0..255 without rounding.
//
// Shapes    image [H,W,C], any sizes > 0; returns [H,W,C].
Image rotate_bicubic(const Image& image, int degrees);

// NEAREST: the pixel that (u, v) lies in, computed in 16.16 fixed point; `outside` outside.
Image rotate_nearest(const Image& image, int degrees, std::uint8_t outside);

}  // namespace salix::data
