// The run lengths of bitmaps: RLE8 and RLE4.
#pragma once

#include "data/image/bmp_header.h"

namespace salix::data::detail {

// The palette index of every pixel, rows in the file's order. Pixels that are skipped over are 0.
// Refuses runs that leave their row or the picture, and data that end before the last row.
std::vector<std::uint8_t> expand_run_length(const UntrustedFile& file, const BmpHeader& header);

}  // namespace salix::data::detail
