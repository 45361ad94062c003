// Photographs that a camera stored turned, and the mark by which it says so.
#pragma once

#include <cstdint>
#include <span>

#include "data/image/image.h"

namespace salix::data {

// EXIF's orientation 1..8 of a JPEG or PNG file; 1 (as stored) where there is none. Never fails:
// the mark of a damaged file is none.
int exif_orientation(std::span<const std::uint8_t> bytes);

// The image as its orientation 1..8 says it is to be seen, as Pillow's ImageOps.exif_transpose:
// height and width change places from 5 on.
Image upright(const Image& stored, int orientation);

}  // namespace salix::data
