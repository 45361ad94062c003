#include "train/report/thumbnail.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "data/image/image_io.h"
#include "data/image/resize_pillow.h"

namespace salix::report {
namespace {

constexpr int kJpegQuality = 82;

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t k = 0; k < bytes.size(); k += 3) {
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - k);
    std::uint32_t bits = 0;
    for (std::size_t b = 0; b < 3; ++b) bits = bits << 8u | (b < here ? bytes[k + b] : 0u);
    for (std::size_t c = 0; c < 4; ++c)
      out += c <= here ? kLetters[bits >> (18 - 6 * c) & 63u] : '=';
  }
  return out;
}

void stretch(data::Image& mask) {
  const auto highest = std::max_element(mask.pixels.begin(), mask.pixels.end());
  if (highest == mask.pixels.end() || *highest == 0) return;
  const unsigned high = *highest;
  for (std::uint8_t& pixel : mask.pixels) pixel = static_cast<std::uint8_t>(pixel * 255u / high);
}

}  // namespace

data::Image shrunk(const data::Image& image, int side) {
  const int longer = std::max(image.height, image.width);
  if (longer <= side) return image;
  const auto scaled = [&](int size) {
    return std::max(1, static_cast<int>(static_cast<std::int64_t>(size) * side / longer));
  };
  return data::resize_bicubic_pillow(image, scaled(image.height), scaled(image.width));
}

data::Image read_thumbnail(const std::filesystem::path& path, Picture kind, int side) {
  if (kind == Picture::kColour) return shrunk(data::read_rgb(path), side);
  data::Image grey = data::read_grey(path);
  if (kind == Picture::kMask) stretch(grey);
  return shrunk(grey, side);
}

std::string data_uri(const data::Image& image) {
  const std::vector<std::uint8_t> jpeg = data::encode_jpeg(image, kJpegQuality);
  if (image.channels == 1) {
    const std::vector<std::uint8_t> png = data::encode_png(image);
    if (png.size() < jpeg.size()) return "data:image/png;base64," + base64(png);
  }
  return "data:image/jpeg;base64," + base64(jpeg);
}

}  // namespace salix::report
