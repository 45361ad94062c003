#include "data/image/orientation.h"

#include <algorithm>
#include <string_view>

#include "engine/error.h"

namespace salix::data {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr int kAsStored = 1, kFirstTransposed = 5, kLast = 8;

std::uint32_t number(Bytes bytes, std::size_t offset, std::size_t size, bool big_endian) {
  std::uint32_t value = 0;
  for (std::size_t k = 0; k < size; ++k)
    value |= std::uint32_t{bytes[offset + k]} << 8 * (big_endian ? size - 1 - k : k);
  return value;
}

bool begins_with(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

// EXIF is a TIFF file: a header, then a directory of entries (tag, type, count, value) of 12 bytes.
int orientation_in_tiff(Bytes tiff) {
  constexpr std::uint32_t kOrientation = 0x0112, kShort = 3;
  if (tiff.size() < 8) return kAsStored;
  const bool big = tiff[0] == 'M';
  const std::size_t directory = number(tiff, 4, 4, big);
  if (directory > tiff.size() - 2) return kAsStored;
  const std::size_t entries = number(tiff, directory, 2, big);
  for (std::size_t k = 0; k < entries; ++k) {
    const std::size_t entry = directory + 2 + 12 * k;
    if (entry + 12 > tiff.size()) return kAsStored;
    if (number(tiff, entry, 2, big) != kOrientation) continue;
    if (number(tiff, entry + 2, 2, big) != kShort) return kAsStored;
    const auto value = static_cast<int>(number(tiff, entry + 8, 2, big));
    return value >= kAsStored && value <= kLast ? value : kAsStored;
  }
  return kAsStored;
}

int orientation_in_jpeg(Bytes bytes) {
  constexpr std::uint8_t kApp1 = 0xE1, kStartOfScan = 0xDA;
  constexpr std::string_view kExif("Exif\0\0", 6);
  for (std::size_t i = 2; i + 4 <= bytes.size() && bytes[i] == 0xFF;) {
    const std::uint8_t marker = bytes[i + 1];
    if (marker == kStartOfScan) break;
    const std::size_t length = number(bytes, i + 2, 2, true);
    if (length < 2 || length > bytes.size() - i - 2) break;
    const Bytes segment = bytes.subspan(i + 4, length - 2);
    if (marker == kApp1 && begins_with(segment, kExif))
      return orientation_in_tiff(segment.subspan(kExif.size()));
    i += 2 + length;
  }
  return kAsStored;
}

int orientation_in_png(Bytes bytes) {
  constexpr std::size_t kSignature = 8, kAround = 12;  // of a chunk: length, type, check sum
  for (std::size_t i = kSignature; i + kAround <= bytes.size();) {
    const std::size_t length = number(bytes, i, 4, true);
    if (length > bytes.size() - i - kAround) break;
    if (begins_with(bytes.subspan(i + 4), "eXIf"))
      return orientation_in_tiff(bytes.subspan(i + 8, length));
    i += kAround + length;
  }
  return kAsStored;
}

// The place in the stored image of what is seen at (y, x).
struct Place {
  int y, x;
};
Place stored_place(const Image& stored, int orientation, int y, int x) {
  const int bottom = stored.height - 1, right = stored.width - 1;
  switch (orientation) {
    case 2:
      return {y, right - x};
    case 3:
      return {bottom - y, right - x};
    case 4:
      return {bottom - y, x};
    case 5:
      return {x, y};
    case 6:
      return {bottom - x, y};
    case 7:
      return {bottom - x, right - y};
    case 8:
      return {x, right - y};
    default:
      return {y, x};
  }
}

}  // namespace

int exif_orientation(Bytes bytes) {
  if (begins_with(bytes, "\xFF\xD8")) return orientation_in_jpeg(bytes);
  if (begins_with(bytes, "\x89PNG\r\n\x1A\n")) return orientation_in_png(bytes);
  return kAsStored;
}

Image upright(const Image& stored, int orientation) {
  SALIX_CHECK(orientation >= kAsStored && orientation <= kLast,
              "upright: an orientation is 1 to 8; got ", orientation);
  if (orientation == kAsStored) return stored;
  const bool transposed = orientation >= kFirstTransposed;
  Image seen(transposed ? stored.width : stored.height, transposed ? stored.height : stored.width,
             stored.channels);
  for (int y = 0; y < seen.height; ++y) {
    for (int x = 0; x < seen.width; ++x) {
      const Place from = stored_place(stored, orientation, y, x);
      std::copy_n(stored.at(from.y, from.x), stored.channels, seen.at(y, x));
    }
  }
  return seen;
}

}  // namespace salix::data
