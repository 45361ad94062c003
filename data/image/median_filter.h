// The median filter of binary maps.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// Each pixel becomes the majority of the size x size pixels around it; outside the map the
// border pixels repeat: cv2.medianBlur of a 0/1 map. map [H,W,1] with values 0 and 1; size odd,
// 1..255. Cost: two running sums, whatever the size.
Image median_filter_binary(const Image& map, int size);

}  // namespace salix::data
