// The colours of PASCAL VOC, in which labels and segments are drawn.
#pragma once

#include <array>

#include "data/image/image.h"

namespace salix::data {

// 256 colours that differ as much as their numbers allow: three bits of a number at a time, from
// the lowest on, go to red, green and blue, from the highest bit of those down. 0: black, 1:
// (128,0,0), 2: (0,128,0), 3: (128,128,0), 4: (0,0,128), ..., 255: (224,224,192).
const std::array<Rgb, 256>& voc_colours();

// A map of labels [H,W,1] in these colours, [H,W,3].
Image label_colours(const Image& labels);

}  // namespace salix::data
