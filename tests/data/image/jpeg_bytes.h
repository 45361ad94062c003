// JPEG files written by hand: flat blocks, so that every decoder gives the same values, and
// segments that can be taken out of and put into any file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace salix::data::testing {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value));
}

inline Bytes segment(std::uint8_t marker, const Bytes& content) {
  const std::size_t length = content.size() + 2;
  Bytes bytes(4 + content.size());
  bytes[0] = 0xFF;
  bytes[1] = marker;
  bytes[2] = static_cast<std::uint8_t>(length >> 8);
  bytes[3] = static_cast<std::uint8_t>(length);
  std::copy(content.begin(), content.end(), bytes.begin() + 4);
  return bytes;
}

inline Bytes jfif_mark() {
  return segment(0xE0, {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
}
inline Bytes adobe_mark(int transform) {
  return segment(
      0xEE, {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, static_cast<std::uint8_t>(transform)});
}

// `added` behind the start mark of `jpeg`.
inline Bytes with_front(Bytes jpeg, const Bytes& added) {
  jpeg.insert(jpeg.begin() + 2, added.begin(), added.end());
  return jpeg;
}

// Without the segments of this marker that come before the first scan.
inline Bytes without(const Bytes& jpeg, std::uint8_t marker) {
  Bytes kept(jpeg.begin(), jpeg.begin() + 2);
  std::size_t at = 2;
  for (; jpeg.at(at + 1) != 0xDA;) {
    const std::size_t next = at + 2 + (std::size_t{jpeg[at + 2]} << 8) + jpeg[at + 3];
    const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(at);
    if (jpeg[at + 1] != marker)
      kept.insert(kept.end(), begin, jpeg.begin() + static_cast<std::ptrdiff_t>(next));
    at = next;
  }
  kept.insert(kept.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(at), jpeg.end());
  return kept;
}

// An 8x8 picture whose components have one value each. Quantised by 1, a block's only
// coefficient is 8 (value - 128); its size takes 4 bits (twelve codes, 0 to 11), the end of
// the block one.
inline Bytes flat_jpeg(const Bytes& ids, const Bytes& values, std::uint8_t frame = 0xC0,
                       std::uint8_t precision = 8) {
  const auto count = static_cast<std::uint8_t>(ids.size());
  Bytes bytes{0xFF, 0xD8};
  const auto add = [&bytes](const Bytes& part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  };
  Bytes quantisation(65, 1);
  quantisation[0] = 0;
  add(segment(0xDB, quantisation));
  Bytes header{precision, 0, 8, 0, 8, count};
  Bytes scan{count};
  for (const std::uint8_t id : ids) append(header, {id, 0x11, 0}), append(scan, {id, 0});
  append(scan, {0, 63, 0});
  add(segment(frame, header));
  add(segment(0xC4, {0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0,
                     0,    0, 0, 1, 2,  3, 4, 5, 6, 7, 8, 9, 10, 11}));
  add(segment(0xC4, {0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  add(segment(0xDA, scan));

  std::vector<bool> bits;
  const auto put = [&bits](int value, int size) {
    for (int k = size - 1; k >= 0; --k) bits.push_back((value >> k & 1) != 0);
  };
  for (const std::uint8_t value : values) {
    const int coefficient = 8 * (value - 128);
    int size = 0;
    while ((coefficient < 0 ? -coefficient : coefficient) >> size != 0) ++size;
    put(size, 4);
    put(coefficient < 0 ? coefficient - 1 : coefficient, size);
    put(0, 1);
  }
  while (bits.size() % 8 != 0) bits.push_back(true);
  for (std::size_t k = 0; k < bits.size(); k += 8) {
    int byte = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) byte = 2 * byte + (bits[k + bit] ? 1 : 0);
    append(bytes, {byte});
    if (byte == 0xFF) append(bytes, {0});
  }
  append(bytes, {0xFF, 0xD9});
  return bytes;
}

}  // namespace salix::data::testing
