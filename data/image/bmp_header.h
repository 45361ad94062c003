// The header of a Windows or OS/2 bitmap.
#pragma once

#include <array>

#include "data/image/untrusted_file.h"

namespace salix::data::detail {

enum class BmpCoding { kPlain, kRunLength8, kRunLength4, kMasks };

struct BmpHeader {
  int width = 0;
  int height = 0;
  bool top_down = false;
  unsigned bits = 0;  // per pixel: 1, 4, 8 (indices of the palette), 16, 24, 32
  BmpCoding coding = BmpCoding::kPlain;
  std::array<Rgb, 256> palette{};        // black beyond what the file holds
  std::array<std::uint32_t, 3> masks{};  // red, green, blue; of 16 bits and more
  std::size_t pixel_offset = 0;

  std::size_t row_bytes() const {
    return (std::size_t{bits} * static_cast<std::size_t>(width) + 31) / 32 * 4;
  }
};

// Headers of 12 (OS/2), 40, 52, 56, 64, 108 and 124 bytes. Refuses what Pillow refuses: embedded
// JPEG and PNG, Huffman coding, 2 bits per pixel; also masks above 8 bits per colour, and a file
// that is too short for its rows.
BmpHeader read_bmp_header(const UntrustedFile& file, const DecodeLimits& limits);

}  // namespace salix::data::detail
