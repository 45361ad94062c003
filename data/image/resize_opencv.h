// OpenCV's cv2.resize with INTER_LINEAR: half-pixel centres, the border repeats, no
// antialias when shrinking.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// Along an axis, with x = float32((i + 0.5) in / out - 0.5), s = floor(x) and f = x - s:
// value = p[s] (1 - f) + p[s+1] f, rows first, then columns, all in float32. Outside the
// image p repeats the border pixel. Sizes > 0.
// Repeats   equal to OpenCV's portable code (cv2.setUseOptimized(False)) to the bit; vendor
//           code inside OpenCV builds differs from that by up to 2e-5 of the value range.
FloatMap resize_bilinear_opencv(const FloatMap& map, int height, int width);

// The same for 8-bit images with C = 1, 3 or 4: weights w = round(2048 (1 - f)) and
// round(2048 f), half to even; with horizontal sums T of the two rows,
// value = ((w0 (T0 >> 4) >> 16) + (w1 (T1 >> 4) >> 16) + 2) >> 2. Equal to OpenCV to the
// bit, provided that above the first and below the last row both terms keep their own
// truncation (merging them, as a float formula may, changes some border pixels by one).
// A 0/1 map stays a 0/1 map.
Image resize_bilinear_opencv(const Image& image, int height, int width);

}  // namespace salix::data
