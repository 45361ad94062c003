#include "data/image/bmp.h"

#include <bit>

#include "data/image/bmp_header.h"
#include "data/image/bmp_run_length.h"

namespace salix::data::detail {
namespace {

// The row of the picture that the k-th row of the file is.
int picture_row(const BmpHeader& header, int k) {
  return header.top_down ? k : header.height - 1 - k;
}

void put(std::uint8_t* pixel, Rgb colour) {
  pixel[0] = colour.r;
  pixel[1] = colour.g;
  pixel[2] = colour.b;
}

// Indices of 1, 4 or 8 bits, the first in the highest bits.
void decode_indices(const BmpHeader& header, const std::uint8_t* row, std::uint8_t* out) {
  const unsigned per_byte = 8 / header.bits, mask = (1u << header.bits) - 1;
  for (unsigned j = 0; j < static_cast<unsigned>(header.width); ++j) {
    const unsigned shift = 8 - header.bits * (j % per_byte + 1);
    put(out + std::size_t{3} * j, header.palette[row[j / per_byte] >> shift & mask]);
  }
}

// One colour of a pixel: its bits, and what they mean out of 255.
struct Channel {
  explicit Channel(std::uint32_t mask) : shift(std::countr_zero(mask)), steps(mask >> shift) {
    for (std::uint32_t value = 0; value <= steps; ++value)
      level[value] = static_cast<std::uint8_t>(255 * value / steps);
  }
  std::uint8_t of(std::uint32_t pixel) const { return level[pixel >> shift & steps]; }

  int shift;
  std::uint32_t steps;
  std::array<std::uint8_t, 256> level{};
};

void decode_packed(const UntrustedFile& file, const BmpHeader& header, Image& image) {
  const std::size_t bytes = header.bits / 8;
  const Channel red(header.masks[0]), green(header.masks[1]), blue(header.masks[2]);
  for (int k = 0; k < header.height; ++k) {
    const std::uint8_t* in =
        file.bytes.data() + header.pixel_offset + header.row_bytes() * static_cast<std::size_t>(k);
    std::uint8_t* out = image.row(picture_row(header, k));
    for (int j = 0; j < header.width; ++j, in += bytes, out += 3) {
      std::uint32_t pixel = 0;
      for (std::size_t byte = 0; byte < bytes; ++byte)
        pixel |= std::uint32_t{in[byte]} << (8 * byte);
      put(out, {red.of(pixel), green.of(pixel), blue.of(pixel)});
    }
  }
}

void decode_palette(const UntrustedFile& file, const BmpHeader& header, Image& image) {
  for (int k = 0; k < header.height; ++k) {
    const std::uint8_t* in =
        file.bytes.data() + header.pixel_offset + header.row_bytes() * static_cast<std::size_t>(k);
    decode_indices(header, in, image.row(picture_row(header, k)));
  }
}

void decode_run_length(const UntrustedFile& file, const BmpHeader& header, Image& image) {
  const std::vector<std::uint8_t> indices = expand_run_length(file, header);
  const auto width = static_cast<std::size_t>(header.width);
  for (int k = 0; k < header.height; ++k) {
    const std::uint8_t* in = indices.data() + width * static_cast<std::size_t>(k);
    std::uint8_t* out = image.row(picture_row(header, k));
    for (std::size_t j = 0; j < width; ++j) put(out + 3 * j, header.palette[in[j]]);
  }
}

}  // namespace

Image decode_bmp(const UntrustedFile& file, const DecodeLimits& limits) {
  const BmpHeader header = read_bmp_header(file, limits);
  Image image(header.height, header.width, 3);
  if (header.bits > 8) {
    decode_packed(file, header, image);
  } else if (header.coding == BmpCoding::kPlain) {
    decode_palette(file, header, image);
  } else {
    decode_run_length(file, header, image);
  }
  return image;
}

}  // namespace salix::data::detail
