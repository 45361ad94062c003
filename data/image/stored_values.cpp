#include "data/image/stored_values.h"

#include <stb/stb_image.h>

#include <memory>
#include <string_view>

#include "data/image/orientation.h"

namespace salix::data {
namespace {

using Bytes = std::span<const std::uint8_t>;

template <typename Sample>
using StbPixels = std::unique_ptr<Sample, decltype(&stbi_image_free)>;

int size_of(Bytes bytes) { return static_cast<int>(bytes.size()); }

int big_endian(Bytes bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t k = 0; k < size; ++k) value = value << 8 | bytes[offset + k];
  return static_cast<int>(value & 0x7FFFFFFF);
}

bool has_text(Bytes bytes, std::size_t offset, std::string_view text) {
  for (std::size_t k = 0; k < text.size(); ++k)
    if (bytes[offset + k] != static_cast<std::uint8_t>(text[k])) return false;
  return true;
}

// Colours that are transparent, of a file without an alpha channel. They stand before the pixels.
bool has_transparent_colours(Bytes bytes) {
  constexpr std::size_t kSignature = 8, kAround = 12;  // of a chunk: length, type, check sum
  for (std::size_t i = kSignature; i + kAround <= bytes.size();) {
    if (has_text(bytes, i + 4, "tRNS")) return true;
    if (has_text(bytes, i + 4, "IDAT")) return false;
    i += kAround + static_cast<std::size_t>(big_endian(bytes, i, 4));
  }
  return false;
}

StoredForm form_of_png(Bytes bytes) {
  constexpr std::size_t kEndOfHeader = 33;
  constexpr int kColour = 2, kAlpha = 4;  // flags of the colour type
  if (bytes.size() < kEndOfHeader) return {};
  const int type = bytes[25];
  StoredForm form{.height = big_endian(bytes, 20, 4),
                  .width = big_endian(bytes, 16, 4),
                  .channels = (type & kColour) != 0 ? 3 : 1,
                  .deep = bytes[24] == 16};
  if ((type & kAlpha) != 0 || has_transparent_colours(bytes)) ++form.channels;
  return form;
}

// The frame header is the first of markers C0 to CF, but for three that are tables.
bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

StoredForm form_of_jpeg(Bytes bytes) {
  for (std::size_t i = 2; i + 10 <= bytes.size() && bytes[i] == 0xFF;) {
    if (is_frame_header(bytes[i + 1])) {
      return {.height = big_endian(bytes, i + 5, 2),
              .width = big_endian(bytes, i + 7, 2),
              .channels = bytes[i + 9] == 1 ? 1 : 3};
    }
    i += 2 + static_cast<std::size_t>(big_endian(bytes, i + 2, 2));
  }
  return {};
}

}  // namespace

StoredForm stored_form(Bytes bytes) {
  StoredForm form;
  if (bytes.size() < 4) return form;
  if (has_text(bytes, 0, "\x89PNG")) form = form_of_png(bytes);
  if (has_text(bytes, 0, "\xFF\xD8")) form = form_of_jpeg(bytes);
  form.orientation = exif_orientation(bytes);
  return form;
}

std::vector<std::uint16_t> decode_deep_grey(Bytes bytes) {
  int height = 0, width = 0, channels = 0;
  const StbPixels<stbi_us> samples(
      stbi_load_16_from_memory(bytes.data(), size_of(bytes), &width, &height, &channels, STBI_grey),
      &stbi_image_free);
  if (!samples) return {};
  const auto count = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  return {samples.get(), samples.get() + count};
}

Image decode_alpha(Bytes bytes) {
  int height = 0, width = 0, channels = 0;
  const StbPixels<stbi_uc> samples(stbi_load_from_memory(bytes.data(), size_of(bytes), &width,
                                                         &height, &channels, STBI_rgb_alpha),
                                   &stbi_image_free);
  if (!samples) return {};
  Image alpha(height, width, 1);
  for (std::size_t i = 0; i < alpha.pixels.size(); ++i) alpha.pixels[i] = samples.get()[4 * i + 3];
  return alpha;
}

}  // namespace salix::data
