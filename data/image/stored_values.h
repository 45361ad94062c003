// What a file holds that the 8-bit colours of image_io.h do not show: 16-bit values, an alpha
// channel, an orientation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/image/image.h"

namespace salix::data {

struct StoredForm {
  int height = 0, width = 0;  // as stored
  int channels = 0;           // of the decoded image: 2 and 4 have an alpha channel
  bool deep = false;          // 16 bits per sample
  int orientation = 1;        // EXIF's

  bool has_alpha() const { return channels == 2 || channels == 4; }
};

// From the headers; nothing is decoded. Never fails: of what it cannot read it says nothing, which
// is the form of no pixels.
StoredForm stored_form(std::span<const std::uint8_t> bytes);

// The 16-bit grey values of a file whose form is deep and of one channel, [H,W] row by row; nothing
// when they cannot be decoded. Call it for a file that decode_grey() has accepted: that one checks
// limits.
std::vector<std::uint16_t> decode_deep_grey(std::span<const std::uint8_t> bytes);

// The alpha channel [H,W,1] of a file whose form has one; 8 bits. Likewise.
Image decode_alpha(std::span<const std::uint8_t> bytes);

}  // namespace salix::data
