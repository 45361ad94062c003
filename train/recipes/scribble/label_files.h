// The label files of a sample, and what is refused because it would be read as something else.
#pragma once

#include <filesystem>

#include "data/image/image.h"

namespace salix {

// Of all: grey as Pillow's convert("L"). Errors    IoError that names the file, what it looks like
// and what to do: for one that cannot be read, for colours, and for 16-bit levels above 255 where
// 8 bits are carried.

// [H,W,1] of the levels 0, 1, 2, or of 0, 128, 255 with the same meaning (encode_scribbles() makes
// them alike). Refused: other levels; a mask of 0 and 255; 255 for unknown; files in which 0 is
// unknown and 2 background, told by nine tenths of 0 that touch the 1; files without a known pixel.
// One that lacks one of the classes is taken.
data::Image read_scribbles(const std::filesystem::path& file);

// [H,W,1]: any 8-bit levels.
data::Image read_regions(const std::filesystem::path& file);

// [H,W,2], as pack_regions() has them; the file may have 16 bits and up to 2047 regions.
data::Image read_regions_exactly(const std::filesystem::path& file);

// [H,W,1]: 0 none, 255 the strongest.
data::Image read_contours(const std::filesystem::path& file);

}  // namespace salix
