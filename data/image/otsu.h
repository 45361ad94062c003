// Otsu's threshold: the grey level that separates a histogram into two classes best.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// The first level t that maximises q1 q2 (m1 - m2)^2, where class 1 are the values <= t: OpenCV's
// cv2.threshold with THRESH_OTSU. Levels where a class holds less than FLT_EPSILON of the pixels
// do not count; a constant image gives 0. image [H,W,1], not empty.
int otsu_threshold(const Image& image);

// The 0/1 map of image > threshold. image [H,W,1].
Image above_threshold(const Image& image, int threshold);

}  // namespace salix::data
