// Decoding: what a file is, its checks, then pixels (stb_image's, or the BMP reader's), then
// Pillow's conversions.
#include <stb/stb_image.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "data/image/bmp.h"
#include "data/image/image_format.h"
#include "data/image/image_io.h"
#include "data/image/jpeg_colours.h"
#include "data/image/png_check.h"
#include "data/image/stb_memory.h"

namespace salix::data {
namespace {

using detail::UntrustedFile;

template <typename Sample>
using StbPixels = std::unique_ptr<Sample, decltype(&stbi_image_free)>;

struct Header {
  int width = 0;
  int height = 0;
  int channels = 0;
};

[[noreturn]] void refuse_decoding(const UntrustedFile& file) {
  const char* reason = stbi_failure_reason();
  file.refuse("is not a readable JPEG, PNG or BMP file (", reason != nullptr ? reason : "unknown",
              "); it may be cut short or damaged");
}

// The largest block a well-formed file of this size needs: 16 bytes per pixel (progressive
// coefficients, 16-bit RGBA), with JPEG's padding to whole blocks, and the compressed data.
std::size_t block_bytes(const Header& header, std::size_t file_bytes) {
  const auto padded_width = static_cast<std::size_t>(header.width) + 64;
  const auto padded_height = static_cast<std::size_t>(header.height) + 64;
  return 16 * padded_width * padded_height + 2 * file_bytes + (std::size_t{1} << 16);
}

// Pillow opens a 16-bit grey PNG as "I;16" and clips when it converts to 8 bits.
Image decode_grey16(std::span<const std::uint8_t> bytes, const UntrustedFile& file) {
  Header header;
  const StbPixels<stbi_us> samples(
      stbi_load_16_from_memory(bytes.data(), static_cast<int>(bytes.size()), &header.width,
                               &header.height, &header.channels, STBI_grey),
      &stbi_image_free);
  if (!samples) refuse_decoding(file);
  Image image(header.height, header.width, 1);
  std::transform(
      samples.get(), samples.get() + image.pixels.size(), image.pixels.begin(),
      [](stbi_us sample) { return static_cast<std::uint8_t>(std::min<int>(sample, 255)); });
  return image;
}

// `bytes` are the file's own, or what was prepared from them. stb must not convert to grey: it
// has other weights, and for JPEG it would return the Y plane.
Image decode_by_stb(std::span<const std::uint8_t> bytes, const UntrustedFile& file,
                    const DecodeLimits& limits) {
  const int size = static_cast<int>(bytes.size());
  Header header;
  if (stbi_info_from_memory(bytes.data(), size, &header.width, &header.height, &header.channels) ==
      0)
    refuse_decoding(file);
  file.check_declared_size(header.width, header.height, limits);
  const detail::StbBlockLimit limit(block_bytes(header, bytes.size()));
  if (header.channels == 1 && stbi_is_16_bit_from_memory(bytes.data(), size) != 0)
    return decode_grey16(bytes, file);

  const StbPixels<stbi_uc> samples(
      stbi_load_from_memory(bytes.data(), size, &header.width, &header.height, &header.channels, 0),
      &stbi_image_free);
  if (!samples) refuse_decoding(file);
  Image image(header.height, header.width, header.channels);
  std::memcpy(image.pixels.data(), samples.get(), image.pixels.size());
  return image;
}

// Pixels with the file's own channels: 1, 2 (grey and alpha), 3 or 4.
Image decode_native(std::span<const std::uint8_t> bytes, const std::string& name,
                    const DecodeLimits& limits) {
  const UntrustedFile file{bytes, name};
  if (bytes.empty()) file.refuse("is empty");
  if (static_cast<std::int64_t>(bytes.size()) > limits.max_file_bytes) {
    throw IoError(str("read_image: '", name, "' has ", bytes.size(), " bytes; at most ",
                      limits.max_file_bytes, " are read"));
  }
  switch (detail::format_of(file)) {
    case detail::ImageFormat::kBmp:
      return detail::decode_bmp(file, limits);
    case detail::ImageFormat::kPng:
      return decode_by_stb(detail::verified_png(file, limits), file, limits);
    case detail::ImageFormat::kJpeg:
      break;
  }
  const auto other = detail::jpeg_for_stb(file, detail::read_jpeg_segments(file));
  return decode_by_stb(other.empty() ? bytes : std::span<const std::uint8_t>(other), file, limits);
}

std::uint8_t luminance(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16);
}

}  // namespace

Image to_rgb(const Image& image) {
  SALIX_CHECK(image.channels >= 1 && image.channels <= 4,
              "to_rgb: an image has 1 to 4 channels; got ", image.channels);
  if (image.channels == 3) return image;
  Image rgb(image.height, image.width, 3);
  const int second = image.channels == 4 ? 1 : 0, third = image.channels == 4 ? 2 : 0;
  const std::uint8_t* in = image.pixels.data();
  for (std::size_t k = 0; k < rgb.pixels.size(); k += 3, in += image.channels) {
    rgb.pixels[k] = in[0];
    rgb.pixels[k + 1] = in[second];
    rgb.pixels[k + 2] = in[third];
  }
  return rgb;
}

Image to_grey(const Image& image) {
  SALIX_CHECK(image.channels >= 1 && image.channels <= 4,
              "to_grey: an image has 1 to 4 channels; got ", image.channels);
  if (image.channels == 1) return image;
  Image grey(image.height, image.width, 1);
  const std::uint8_t* in = image.pixels.data();
  for (std::uint8_t& value : grey.pixels) {
    value = image.channels == 2 ? in[0] : luminance(in);
    in += image.channels;
  }
  return grey;
}

Image decode_rgb(std::span<const std::uint8_t> bytes, const std::string& name,
                 const DecodeLimits& limits) {
  Image image = decode_native(bytes, name, limits);
  return image.channels == 3 ? image : to_rgb(image);
}

Image decode_grey(std::span<const std::uint8_t> bytes, const std::string& name,
                  const DecodeLimits& limits) {
  Image image = decode_native(bytes, name, limits);
  return image.channels == 1 ? image : to_grey(image);
}

Image read_rgb(const std::filesystem::path& path, const DecodeLimits& limits) {
  return decode_rgb(read_file_bytes(path, limits), path.string(), limits);
}

Image read_grey(const std::filesystem::path& path, const DecodeLimits& limits) {
  return decode_grey(read_file_bytes(path, limits), path.string(), limits);
}

}  // namespace salix::data
