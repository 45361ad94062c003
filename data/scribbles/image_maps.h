// What DHFR's training reads of a picture beside its scribbles: regions and contours. Both are made
// from the photograph and its depth alone, never from a mask.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// Stored as 255 (id + 1) / (largest id + 1), regions come back exactly up to this many.
constexpr int kMostRegions = 130;

// Regions of similar colour and depth, [H,W,1]: ids from 0, at most kMostRegions; each is connected
// along pixels' sides. graph_segmentation() of the channels, smoothed, at no more than 400 pixels
// along the longer side. image [H,W,3]; depth [H,W,1] or empty.
Image region_map(const Image& image, const Image& depth);

// How strongly a pixel lies on an edge of colour or depth, [H,W,1], 0..255: the gradient of each,
// smoothed and brought to 0..255 (one that few pixels exceed, or 12 levels per pixel, is 255),
// added up and cut off. Lines are some pixels wide, because training looks at every second or third
// pixel alone. Arguments as above.
Image contour_map(const Image& image, const Image& depth);

}  // namespace salix::data
