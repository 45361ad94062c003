#include "data/image/enhance.h"

#include <cmath>

#include "data/image/image_io.h"
#include "engine/error.h"

namespace salix::data {
namespace {

void check_request(const char* op, const Image& image, float factor) {
  SALIX_CHECK(!image.empty() && (image.channels == 1 || image.channels == 3), op,
              ": needs an image of 1 or 3 channels; got ", image.height, " x ", image.width, " x ",
              image.channels);
  SALIX_CHECK(factor >= 0 && std::isfinite(factor), op,
              ": the factor must be a number from 0 on; got ", factor);
}

std::uint8_t blended(int degenerate, int level, float factor) {
  const float value =
      static_cast<float>(degenerate) + factor * static_cast<float>(level - degenerate);
  if (value <= 0.0f) return 0;
  return value >= 255.0f ? 255 : static_cast<std::uint8_t>(value);
}

void blend_all(Image& image, int degenerate, float factor) {
  for (std::uint8_t& level : image.pixels) level = blended(degenerate, level, factor);
}

// Sums of integers over 13: never so near to a half that the rounding of a float would matter.
int smoothed(const Image& image, int i, int j, int channel) {
  int sum = 4 * image.at(i, j)[channel];
  for (int row = i - 1; row <= i + 1; ++row)
    for (int column = j - 1; column <= j + 1; ++column) sum += image.at(row, column)[channel];
  return (2 * sum + 13) / 26;
}

}  // namespace

void enhance_brightness(Image& image, float factor) {
  check_request("enhance_brightness", image, factor);
  blend_all(image, 0, factor);
}

void enhance_contrast(Image& image, float factor) {
  check_request("enhance_contrast", image, factor);
  const Image grey = to_grey(image);
  std::int64_t sum = 0;
  for (const std::uint8_t level : grey.pixels) sum += level;
  const auto pixels = static_cast<std::int64_t>(grey.pixels.size());
  blend_all(image, static_cast<int>((2 * sum + pixels) / (2 * pixels)), factor);
}

void enhance_colour(Image& image, float factor) {
  check_request("enhance_colour", image, factor);
  if (image.channels == 1 || factor == 1.0f) return;
  const Image grey = to_grey(image);
  for (std::size_t k = 0; k < image.pixels.size(); ++k)
    image.pixels[k] = blended(grey.pixels[k / 3], image.pixels[k], factor);
}

void enhance_sharpness(Image& image, float factor) {
  check_request("enhance_sharpness", image, factor);
  if (factor == 1.0f) return;
  const Image before = image;
  for (int i = 1; i + 1 < image.height; ++i)
    for (int j = 1; j + 1 < image.width; ++j)
      for (int channel = 0; channel < image.channels; ++channel) {
        std::uint8_t& level = image.at(i, j)[channel];
        level = blended(smoothed(before, i, j, channel), level, factor);
      }
}

}  // namespace salix::data
