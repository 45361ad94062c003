#include "data/image/png_check.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "data/image/png_inflate.h"
#include "engine/io/bytes.h"
#include "engine/io/crc32.h"

namespace salix::data::detail {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kPaletteBytes = 3 * 256;

struct Chunk {
  std::size_t offset;
  std::string_view type;
  std::span<const std::uint8_t> data;

  std::string title() const { return str("chunk ", io::printable(type), " at byte ", offset); }
};

// Length, type, data, CRC-32 of type and data.
Chunk read_chunk(const UntrustedFile& file, std::size_t offset) {
  const std::size_t left = file.size() - offset;
  if (left < 12)
    file.refuse("is cut short: after ", offset, " bytes its last chunk, IEND, is still due");
  const std::size_t length = file.big_endian(offset, 4);
  const Chunk chunk{offset, io::text_of(std::as_bytes(file.bytes.subspan(offset + 4, 4))),
                    file.bytes.subspan(offset + 8, std::min(length, left - 12))};
  if (length > left - 12)
    file.refuse("is cut short or damaged: its ", chunk.title(), " should have ", length,
                " bytes and the file has ", left - 12, " more");
  const std::uint32_t crc = io::crc32(0, std::as_bytes(file.bytes.subspan(offset + 4, 4 + length)));
  if (crc != file.big_endian(offset + 8 + length, 4))
    file.refuse("is damaged: its ", chunk.title(), " does not match its checksum");
  return chunk;
}

bool is_critical(std::string_view type) { return type[0] >= 'A' && type[0] <= 'Z'; }

struct Chunks {
  std::span<const std::uint8_t> header, palette;
  std::vector<std::span<const std::uint8_t>> pixels;
};

Chunks read_chunks(const UntrustedFile& file) {
  Chunks found;
  for (std::size_t offset = kSignatureBytes;;) {
    const Chunk chunk = read_chunk(file, offset);
    if ((offset == kSignatureBytes) != (chunk.type == "IHDR"))
      file.refuse("is damaged: its first chunk, and no other, must be IHDR; found ", chunk.title());
    if (chunk.type == "IEND") return found;
    if (chunk.type == "IHDR") {
      if (chunk.data.size() != 13) file.refuse("is damaged: its IHDR must have 13 bytes");
      found.header = chunk.data;
    } else if (chunk.type == "PLTE") {
      if (chunk.data.size() > kPaletteBytes || chunk.data.size() % 3 != 0)
        file.refuse("is damaged: a palette has up to 256 colours of 3 bytes; its ", chunk.title(),
                    " has ", chunk.data.size(), " bytes");
      found.palette = chunk.data;
    } else if (chunk.type == "IDAT") {
      found.pixels.push_back(chunk.data);
    } else if (is_critical(chunk.type)) {
      file.refuse_kind("is no standard PNG: its ", chunk.title(), " is not known, and needed");
    }
    offset += 12 + chunk.data.size();
  }
}

std::uint64_t row_bytes(std::uint64_t pixels, unsigned bits) { return 1 + (pixels * bits + 7) / 8; }

// Bytes of all rows, each behind its filter byte. Adam7 makes seven pictures of the one.
std::uint64_t sample_bytes(std::uint32_t width, std::uint32_t height, unsigned bits,
                           bool interlaced) {
  if (!interlaced) return height * row_bytes(width, bits);
  struct Pass {
    std::uint32_t first_row, first_column, rows_apart, columns_apart;
  };
  constexpr Pass kPasses[] = {{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4},
                              {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}};
  std::uint64_t sum = 0;
  for (const Pass& pass : kPasses) {
    const auto rows = (height - pass.first_row + pass.rows_apart - 1) / pass.rows_apart;
    const auto columns = (width - pass.first_column + pass.columns_apart - 1) / pass.columns_apart;
    if (pass.first_row < height && pass.first_column < width)
      sum += rows * row_bytes(columns, bits);
  }
  return sum;
}

unsigned bits_per_pixel(const UntrustedFile& file, unsigned depth, unsigned colour) {
  constexpr unsigned kSamples[] = {1, 0, 3, 1, 2, 0, 4};
  const unsigned samples = colour < std::size(kSamples) ? kSamples[colour] : 0;
  const bool depth_fits = depth == 8 || (depth == 16 && colour != 3) ||
                          ((depth == 1 || depth == 2 || depth == 4) && samples == 1);
  if (samples == 0 || !depth_fits)
    file.refuse("is no PNG: colour type ", colour, " with ", depth, " bits does not exist");
  return samples * depth;
}

class PngWriter {
 public:
  PngWriter(std::span<const std::uint8_t> signature, std::uint64_t pixel_bytes)
      : png_(signature.begin(), signature.end()) {
    png_.reserve(static_cast<std::size_t>(stored_stream_bytes(pixel_bytes)) + 2 * kPaletteBytes);
  }

  // Checksums are left 0: nobody will look.
  template <typename Append>
  void chunk(std::string_view type, std::uint64_t length, const Append& append) {
    for (int shift = 24; shift >= 0; shift -= 8)
      png_.push_back(static_cast<std::uint8_t>(length >> shift));
    png_.insert(png_.end(), type.begin(), type.end());
    append(png_);
    png_.insert(png_.end(), 4, 0);
  }
  void chunk(std::string_view type, std::span<const std::uint8_t> data) {
    chunk(type, data.size(), [data](std::vector<std::uint8_t>& png) {
      png.insert(png.end(), data.begin(), data.end());
    });
  }

  std::vector<std::uint8_t> take() { return std::move(png_); }

 private:
  std::vector<std::uint8_t> png_;
};

}  // namespace

std::vector<std::uint8_t> verified_png(const UntrustedFile& file, const DecodeLimits& limits) {
  const Chunks chunks = read_chunks(file);
  const std::span<const std::uint8_t> header = chunks.header;
  const std::uint32_t width = file.big_endian(kSignatureBytes + 8, 4);
  const std::uint32_t height = file.big_endian(kSignatureBytes + 12, 4);
  file.check_declared_size(width, height, limits);
  if (header[10] != 0 || header[11] != 0 || header[12] > 1)
    file.refuse_kind("is no standard PNG: its compression, filter and interlace methods are ",
                     int{header[10]}, ", ", int{header[11]}, ", ", int{header[12]});
  const bool has_palette = header[9] == 3;
  const unsigned bits = bits_per_pixel(file, header[8], header[9]);
  const std::uint64_t bytes = sample_bytes(width, height, bits, header[12] == 1);

  PngWriter png(file.bytes.first(kSignatureBytes), bytes);
  png.chunk("IHDR", header);
  if (has_palette) {
    std::vector<std::uint8_t> palette(chunks.palette.begin(), chunks.palette.end());
    palette.resize(kPaletteBytes, 0);
    png.chunk("PLTE", palette);
  }
  png.chunk("IDAT", stored_stream_bytes(bytes), [&](std::vector<std::uint8_t>& out) {
    append_stored_stream(file, chunks.pixels, bytes, out);
  });
  png.chunk("IEND", {});
  return png.take();
}

}  // namespace salix::data::detail
