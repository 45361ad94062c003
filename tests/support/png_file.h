// PNG files that this project does not write itself: 16-bit grey, palettes, alpha.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>
#include <vector>

#include "engine/io/crc32.h"

namespace salix::testing {

enum class PngKind : std::uint8_t { kGrey = 0, kPalette = 3, kGreyAlpha = 4, kRgbAlpha = 6 };

struct PngFile {
  int height, width;
  PngKind kind = PngKind::kGrey;
  int bits = 8;                            // 16: high byte first, kGrey
  std::vector<std::uint8_t> samples;       // row by row
  std::vector<std::uint8_t> palette = {};  // R G B ...
};

class PngWriter {
 public:
  static std::vector<std::uint8_t> bytes_of(const PngFile& file) {
    PngWriter writer;
    writer.header(file);
    if (!file.palette.empty()) writer.chunk("PLTE", file.palette);
    writer.chunk("IDAT", zlib_stored(filtered(file)));
    writer.chunk("IEND", {});
    return writer.bytes_;
  }

 private:
  void header(const PngFile& file) {
    std::vector<std::uint8_t> data;
    put(static_cast<std::uint32_t>(file.width), data);
    put(static_cast<std::uint32_t>(file.height), data);
    for (const int value : {file.bits, static_cast<int>(file.kind), 0, 0, 0})
      data.push_back(static_cast<std::uint8_t>(value));
    chunk("IHDR", data);
  }

  static void put(std::uint32_t value, std::vector<std::uint8_t>& to) {
    for (int shift = 24; shift >= 0; shift -= 8)
      to.push_back(static_cast<std::uint8_t>(value >> shift));
  }

  void chunk(std::string_view type, const std::vector<std::uint8_t>& data) {
    put(static_cast<std::uint32_t>(data.size()), bytes_);
    const std::size_t start = bytes_.size();
    bytes_.insert(bytes_.end(), type.begin(), type.end());
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    put(io::crc32(0, std::as_bytes(std::span(bytes_).subspan(start))), bytes_);
  }

  // Each row begins with its filter: none.
  static std::vector<std::uint8_t> filtered(const PngFile& file) {
    const std::size_t row = file.samples.size() / static_cast<std::size_t>(file.height);
    std::vector<std::uint8_t> data;
    for (std::size_t at = 0; at < file.samples.size(); at += row) {
      data.push_back(0);
      for (std::size_t k = at; k < at + row; ++k) data.push_back(file.samples[k]);
    }
    return data;
  }

  // Blocks as they are, and an Adler-32.
  static std::vector<std::uint8_t> zlib_stored(const std::vector<std::uint8_t>& data) {
    constexpr std::size_t kBlock = 65535;
    std::vector<std::uint8_t> stream{0x78, 0x01};
    std::uint32_t a = 1, b = 0;
    for (std::size_t at = 0; at < data.size(); at += kBlock) {
      const std::size_t size = std::min(kBlock, data.size() - at);
      stream.push_back(at + size == data.size() ? 1 : 0);
      for (const std::size_t value : {size, ~size}) {
        stream.push_back(static_cast<std::uint8_t>(value));
        stream.push_back(static_cast<std::uint8_t>(value >> 8));
      }
      for (std::size_t k = at; k < at + size; ++k) {
        stream.push_back(data[k]);
        a = (a + data[k]) % 65521;
        b = (b + a) % 65521;
      }
    }
    put(b << 16 | a, stream);
    return stream;
  }

  std::vector<std::uint8_t> bytes_{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
};

inline void write_bytes(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

inline void write_png(const std::filesystem::path& path, const PngFile& file) {
  write_bytes(path, PngWriter::bytes_of(file));
}

// 16-bit grey.
inline void write_deep_png(const std::filesystem::path& path, int height, int width,
                           const std::vector<int>& values) {
  PngFile file{.height = height, .width = width, .bits = 16, .samples = {}};
  for (const int value : values) {
    file.samples.push_back(static_cast<std::uint8_t>(value >> 8));
    file.samples.push_back(static_cast<std::uint8_t>(value));
  }
  write_png(path, file);
}

// A JPEG with EXIF's orientation put behind its start mark.
inline std::vector<std::uint8_t> with_orientation(std::vector<std::uint8_t> jpeg, int orientation) {
  const std::vector<std::uint8_t> exif{
      0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
      'M',  'M',  0, 42, 0,   0,   0,   8,   0, 1,
      1,    0x12, 0, 3,  0,   0,   0,   1,   0, static_cast<std::uint8_t>(orientation),
      0,    0,    0, 0,  0,   0};
  jpeg.insert(jpeg.begin() + 2, exif.begin(), exif.end());
  return jpeg;
}

}  // namespace salix::testing
