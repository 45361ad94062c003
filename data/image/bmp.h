// Windows and OS/2 bitmaps, as Pillow reads them.
#pragma once

#include "data/image/untrusted_file.h"

namespace salix::data::detail {

// The picture as RGB [H,W,3]; alpha is dropped. Bottom-up and top-down rows, palettes of 1, 4
// and 8 bits, 16, 24 and 32 bits with any masks up to 8 bits per colour (a colour of m steps
// becomes floor(255 value / m), which is Pillow's rounding), run lengths of 4 and 8 bits.
//
// Departs   runs that leave their row or the picture, and run lengths that end before the last
//           row, are refused as damage: BMP has no checksum, so this is what can be seen of it.
// Errors    IoError that names the file.
Image decode_bmp(const UntrustedFile& file, const DecodeLimits& limits);

}  // namespace salix::data::detail
