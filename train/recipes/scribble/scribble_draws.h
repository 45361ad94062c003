// The random draws of DHFR's augmentation: flip, crop, rotation, colours.
#pragma once

#include <cstdint>

#include "data/loading/sample_reader.h"

namespace salix {

// A Philox stream (engine/philox.h), apart from all others.
constexpr std::uint32_t kScribbleStream = 0x5C21B1;

// What becomes of a sample. The default changes nothing but cuts all away.
struct ScribbleDraws {
  bool flip = false;
  int height = 0, width = 0;                                        // of the crop, in its middle
  int degrees = 0;                                                  // counter-clockwise
  int brightness = 10, contrast = 10, colour = 10, sharpness = 10;  // tenths; 10 changes nothing

  bool operator==(const ScribbleDraws&) const = default;
};

// For an image of H x W, uniform in the ranges: flip in half of the cases; width in [W - 30, W -
// 1], then height likewise; in a fifth of the cases degrees in [-15, 14], else 0; brightness and
// contrast in [5, 15], colour in [0, 20], sharpness in [0, 30]. Number k of these nine (flip,
// width, height, whether to rotate, degrees, the four tenths) is the lowest value plus floor(values
// philox_bits({seed, kScribbleStream, epoch}, 12 sample + k) / 2^32).
//
// Departs   an axis below 31 pixels keeps 1 at least, and one of a single pixel stays as it is; the
//           published code fails there.
// Errors    InvalidInput without a size, and for an epoch or a sample that none can be.
ScribbleDraws draw_scribble(int height, int width, const data::SampleRequest& request);

}  // namespace salix
