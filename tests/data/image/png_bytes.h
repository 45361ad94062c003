// PNG files written by hand, chunk by chunk.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/io/crc32.h"

namespace salix::data::testing {

class PngBytes {
 public:
  PngBytes(std::uint8_t width, std::uint8_t height, std::uint8_t depth, std::uint8_t colour) {
    chunk("IHDR", {{0, 0, 0, width, 0, 0, 0, height, depth, colour, 0, 0, 0}});
  }

  PngBytes& chunk(std::string_view type, const std::vector<std::uint8_t>& data) {
    put(static_cast<std::uint32_t>(data.size()));
    const std::size_t start = bytes_.size();
    bytes_.insert(bytes_.end(), type.begin(), type.end());
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    put(io::crc32(0, std::as_bytes(std::span(bytes_).subspan(start))));
    return *this;
  }

  std::vector<std::uint8_t> end() { return chunk("IEND", {}).bytes_; }
  std::vector<std::uint8_t> bytes() const { return bytes_; }

 private:
  void put(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
  }

  std::vector<std::uint8_t> bytes_{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
};

// A zlib stream of one stored block, with its Adler-32.
inline std::vector<std::uint8_t> zlib_stored(const std::vector<std::uint8_t>& data) {
  const auto size = static_cast<std::uint8_t>(data.size());
  std::vector<std::uint8_t> stream{0x78, 0x01, 1, size, 0, static_cast<std::uint8_t>(~size), 0xFF};
  std::uint32_t a = 1, b = 0;
  for (const std::uint8_t byte : data) {
    stream.push_back(byte);
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  for (const std::uint32_t value : {b >> 8, b, a >> 8, a})
    stream.push_back(static_cast<std::uint8_t>(value));
  return stream;
}

}  // namespace salix::data::testing
