// PNG files: every checksum is verified before a pixel is believed.
#pragma once

#include <vector>

#include "data/image/untrusted_file.h"

namespace salix::data::detail {

// The same picture as a PNG of four chunks whose pixel data are stored, not deflated. stb_image
// verifies no checksum of its own; what it gets is already verified and inflated, by zlib.
//
// Verified  CRC-32 of every chunk, zlib's Adler-32 of the pixel data, IHDR first and IEND there,
//           as many samples as IHDR declares (more are ignored, as Pillow does).
// Left out  all chunks that change no colour: tRNS too, because alpha is dropped when reading.
//           A palette is filled up to 256 entries with black, Pillow's colour for an index
//           beyond it; stb would read memory that nobody wrote.
// Errors    IoError that names the file and the chunk.
std::vector<std::uint8_t> verified_png(const UntrustedFile& file, const DecodeLimits& limits);

}  // namespace salix::data::detail
