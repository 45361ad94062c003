// The skeleton of a shape: lines along its middle.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// Thins what is not 0 to lines one pixel wide: 1 on them, else 0. shape [H,W,1], not empty.
//
// Source    Zhang and Suen, "A fast parallel algorithm for thinning digital patterns", CACM 1984.
// Departs   a pixel that a sub-iteration has marked is taken away only if it may be so still when
//           its turn comes: as published, squares of 2 x 2 vanish. So every piece of the shape
//           leaves a pixel at least, and pieces stay whole (8 neighbours).
Image skeleton(const Image& shape);

}  // namespace salix::data
