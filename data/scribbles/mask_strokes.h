// Strokes such as a person would draw, made from a mask: for data sets that have masks and no
// scribbles.
#pragma once

#include "data/image/image.h"
#include "engine/philox.h"

namespace salix::data {

struct StrokeParams {
  int width = 0;  // pixels; 0: a hundredth of the picture's longer side, at least 3
  // Up to 1: the part of the longest line along the skeleton that a stroke follows; above 1:
  // pixels.
  double length = 0.5;
  int background_strokes = 3;
};

struct Strokes {
  Image map;  // [H,W,1] in the values of scribble_values.h
  bool has_foreground = false, has_background = false;
};

// A stroke in each object (a piece of the foreground, unless it is tiny beside the largest) and
// some in the background: along the skeleton of what is left of it when a band along the outlines
// is taken away, a part of its longest line, drawn with a round brush. No stroke crosses an
// outline: known pixels are right.
//
// mask      [H,W,1]; foreground is what lies above half of its highest value. Without foreground,
//           or without background, there are strokes of the other alone.
// Repeats   same mask, parameters and key, same strokes.
// Errors    InvalidInput for a negative width or number, or a length that is not above 0.
Strokes draw_strokes(const Image& mask, const StrokeParams& params, const PhiloxKey& key);

}  // namespace salix::data
