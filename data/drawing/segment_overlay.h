// Segments over the picture that they are of.
#pragma once

#include <cstdint>
#include <span>

#include "data/image/image.h"

namespace salix::data {

struct SegmentMap {
  int height = 0, width = 0;
  std::span<const std::int32_t> ids;  // in rows; any numbers, below 0: no segment
};

struct SegmentStyle {
  float strength = 0.5f;  // opacity of the colours
  bool outline = true;    // a white line between segments
};

// The picture [H,W,3] under its segments' colours: those of voc_colours(), number 1 + id mod 255,
// so that none is black. The map is enlarged by resize_nearest_floor's rule; pixels without a
// segment keep their colour. Returns [H,W,3].
// Errors    InvalidInput for a picture that is not RGB, or ids that do not fill the map.
Image segment_overlay(const Image& picture, const SegmentMap& segments,
                      const SegmentStyle& style = {});

}  // namespace salix::data
