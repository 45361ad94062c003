// Tells stb_image what libjpeg would have understood of a JPEG's colours and tables.
#pragma once

#include "data/image/jpeg_segments.h"

namespace salix::data::detail {

// The bytes to decode instead of the file's own, or none when those will do.
//
// Tables    a frame of a motion JPEG comes without Huffman tables: those of ITU-T T.81, annex K,
//           are put in front, as libjpeg does.
// Colours   libjpeg's rules (jdapimin.c, default_decompress_parms). Three components: YCbCr with
//           a JFIF mark; else what Adobe's mark says (0: RGB, others: YCbCr); else RGB where
//           the components are called 'R', 'G', 'B'. Four: CMYK without Adobe's mark or with its
//           0, else YCCK. stb lets the names 'R', 'G', 'B' overrule the marks, and takes four
//           components for YCbCr with alpha unless Adobe's mark says 0 or 2.
std::vector<std::uint8_t> jpeg_for_stb(const UntrustedFile& file, const JpegSegments& segments);

}  // namespace salix::data::detail
