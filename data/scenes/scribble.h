// Scribbles of painted scenes: the few strokes by which weakly supervised methods are told what is
// what.
#pragma once

#include "data/image/image.h"
#include "data/scribbles/scribble_values.h"
#include "engine/philox.h"

namespace salix::data {

// Thin curved strokes, [H,W,1] in the values of scribble_values.h: one in each object, two to four
// in the background, all clear of the outlines where there is room. regions [H,W,1]: 0 for
// background, another value for each object. About 1 to 5 % of the pixels are known. Same key, same
// strokes.
Image paint_scribbles(const Image& regions, const PhiloxKey& key);

}  // namespace salix::data
