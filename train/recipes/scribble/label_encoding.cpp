#include "train/recipes/scribble/label_encoding.h"

#include <algorithm>
#include <cmath>

#include "data/scenes/scribble.h"
#include "engine/error.h"

namespace salix {
namespace {

constexpr std::uint8_t kLastBackground = 84, kLastUnknown = 169;  // thirds of 255
constexpr int kRegionsOfAByte = 256;

void check_buffer(const char* op, const data::Image& image, int channels, std::size_t size) {
  SALIX_CHECK(image.channels == channels && size * image.channels == image.pixels.size(), op,
              ": needs an image of ", channels, " channels and room for each pixel; got ",
              image.height, " x ", image.width, " x ", image.channels, " and ", size);
}

template <typename Code>
data::Image each(const data::Image& file, const Code& code) {
  data::Image image(file.height, file.width, file.channels);
  std::transform(file.pixels.begin(), file.pixels.end(), image.pixels.begin(), code);
  return image;
}

}  // namespace

data::Image encode_scribbles(const data::Image& file) {
  return each(file, [](std::uint8_t level) {
    switch (level) {
      case data::kScribbleBackground:
        return kBackgroundLevel;
      case data::kScribbleForeground:
        return kForegroundLevel;
      case data::kScribbleUnknown:
        return kUnknownLevel;
      default:
        return level;
    }
  });
}

void decode_scribbles(const data::Image& image, std::span<float> out) {
  check_buffer("decode_scribbles", image, 1, out.size());
  std::transform(image.pixels.begin(), image.pixels.end(), out.begin(), [](std::uint8_t level) {
    if (level <= kLastBackground) return static_cast<float>(data::kScribbleBackground);
    return static_cast<float>(level <= kLastUnknown ? data::kScribbleUnknown
                                                    : data::kScribbleForeground);
  });
}

RegionCode::RegionCode(const data::Image& file) {
  SALIX_CHECK(!file.empty(), "RegionCode: the regions have no pixels");
  regions = *std::max_element(file.pixels.begin(), file.pixels.end()) + 1;
}

data::Image RegionCode::encode(const data::Image& file) const {
  return each(file, [this](std::uint8_t level) {
    const float share = static_cast<float>(level + 1) / static_cast<float>(regions);
    return static_cast<std::uint8_t>(std::min(share, 1.0f) * 255.0f);
  });
}

void RegionCode::decode(const data::Image& image, std::span<float> out) const {
  check_buffer("RegionCode", image, 1, out.size());
  std::transform(image.pixels.begin(), image.pixels.end(), out.begin(), [this](std::uint8_t level) {
    const float region =
        std::nearbyint(static_cast<float>(level) / 255.0f * static_cast<float>(regions));
    return static_cast<float>(static_cast<int>(region) % kRegionsOfAByte);
  });
}

data::Image pack_regions(std::span<const std::uint16_t> levels, int height, int width) {
  constexpr int kHighest = 65534;
  data::Image image(height, width, 2);
  SALIX_CHECK(2 * levels.size() == image.pixels.size(), "pack_regions: ", height, " x ", width,
              " levels are needed; got ", levels.size());
  std::uint8_t* next = image.pixels.data();
  for (const std::uint16_t level : levels) {
    SALIX_CHECK(level <= kHighest, "pack_regions: levels go up to ", kHighest, "; got ", level);
    const int region = level + 1;
    *next++ = static_cast<std::uint8_t>(region % 256);
    *next++ = static_cast<std::uint8_t>(region / 256);
  }
  return image;
}

void unpack_regions(const data::Image& image, std::span<float> out) {
  check_buffer("unpack_regions", image, 2, out.size());
  const std::uint8_t* next = image.pixels.data();
  for (float& region : out) {
    region = static_cast<float>(next[0] + 256 * next[1]);
    next += 2;
  }
}

void decode_contours(const data::Image& image, std::span<float> out) {
  check_buffer("decode_contours", image, 1, out.size());
  std::transform(image.pixels.begin(), image.pixels.end(), out.begin(),
                 [](std::uint8_t level) { return static_cast<float>(level) / 255.0f; });
}

}  // namespace salix
