// Images in host memory: 8-bit interleaved pixels, and maps of floats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace salix::data {

// 8-bit pixels [H,W,C], rows from top to bottom, channels interleaved.
// C is 1 (grey), 3 (RGB) or 4 (RGB and alpha).
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;

  Image() = default;
  Image(int image_height, int image_width, int image_channels, std::uint8_t fill = 0)
      : height(image_height),
        width(image_width),
        channels(image_channels),
        pixels(static_cast<std::size_t>(image_height) * image_width * image_channels, fill) {}

  bool empty() const { return pixels.empty(); }
  std::size_t row_size() const { return static_cast<std::size_t>(width) * channels; }
  std::uint8_t* row(int i) { return pixels.data() + row_size() * i; }
  const std::uint8_t* row(int i) const { return pixels.data() + row_size() * i; }
  std::uint8_t* at(int i, int j) { return row(i) + static_cast<std::size_t>(j) * channels; }
  const std::uint8_t* at(int i, int j) const {
    return row(i) + static_cast<std::size_t>(j) * channels;
  }
};

struct Rgb {
  std::uint8_t r = 0;
  std::uint8_t g = 0;
  std::uint8_t b = 0;
};

// One float per pixel, [H,W]: a saliency map, usually 0..1.
struct FloatMap {
  int height = 0;
  int width = 0;
  std::vector<float> values;

  FloatMap() = default;
  FloatMap(int map_height, int map_width, float fill = 0.0f)
      : height(map_height),
        width(map_width),
        values(static_cast<std::size_t>(map_height) * map_width, fill) {}

  float* row(int i) { return values.data() + static_cast<std::size_t>(width) * i; }
  const float* row(int i) const { return values.data() + static_cast<std::size_t>(width) * i; }
};

}  // namespace salix::data
