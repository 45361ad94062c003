// Pillow's 8-bit Image.resize, to the bit: BICUBIC and BILINEAR (antialiased), and NEAREST.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// Bicubic with a = -0.5; the kernel widens by the shrinking factor (antialias).
// A horizontal pass, rounded to 8 bits, then a vertical one; a pass whose size does not
// change is skipped. For output i along an axis, with scale = in / out, f = max(scale, 1)
// and centre c = (i + 0.5) scale, source j has the weight k((j - c + 0.5) / f), summed to
// one in float64 and rounded to multiples of 2^-22; pixels are 32-bit integer sums.
//
// Shapes    image [H,W,C] with C = 1 or 3, any sizes > 0; returns [height,width,C].
// Repeats   equal to Pillow 7.0 to 12, and to itself for any number of threads. Pillow 13
//           makes the vertical pass first where the height shrinks most, which rounds and
//           clips some pixels of such images otherwise.
Image resize_bicubic_pillow(const Image& image, int height, int width);

// The same with the triangle k(t) = max(0, 1 - |t|).
Image resize_bilinear_pillow(const Image& image, int height, int width);

// The source pixel under each output pixel's centre. Pillow adds up the position step by
// step in float64, and where a centre falls on a pixel border the rounding of that sum
// decides: floor((i + 0.5) in / out) differs there (2 -> 7 pixels is the smallest case).
// Shapes as above, C = 1, 3 or 4.
Image resize_nearest_pillow(const Image& image, int height, int width);

}  // namespace salix::data
