#include "data/image/normalize.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/error.h"
#include "engine/parallel.h"

namespace salix::data {
namespace {

// 256 levels x 3 channels: the division is paid 768 times, not per pixel.
using Table = std::array<std::array<float, 256>, 3>;

template <typename Real>
Table make_table() {
  Table table{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (int v = 0; v < 256; ++v) {
      const float unit = static_cast<float>(v) / 255.0f;
      table[c][static_cast<std::size_t>(v)] =
          static_cast<float>((static_cast<Real>(unit) - static_cast<Real>(kImageNetMean[c])) /
                             static_cast<Real>(kImageNetDeviation[c]));
    }
  }
  return table;
}

void check_buffer(const char* op, const Image& image, int channels, std::size_t size) {
  SALIX_CHECK(image.channels == channels, op, ": the image must have ", channels, " channels; got ",
              image.channels);
  SALIX_CHECK(size == image.pixels.size(), op, ": the float buffer must hold ", image.pixels.size(),
              " values; got ", size);
}

void look_up(const Table& table, const Image& image, std::span<float> out) {
  for (std::size_t k = 0; k < out.size(); k += 3) {
    out[k] = table[0][image.pixels[k]];
    out[k + 1] = table[1][image.pixels[k + 1]];
    out[k + 2] = table[2][image.pixels[k + 2]];
  }
}

std::uint8_t truncate_to_byte(double value) {
  // Not std::clamp: a NaN must take the first branch.
  if (!(value > 0.0)) return 0;
  return value >= 255.0 ? 255 : static_cast<std::uint8_t>(value);
}

void check_batch(const char* op, std::size_t in, std::size_t out, int n, int c, int h, int w) {
  const std::size_t size = static_cast<std::size_t>(n) * c * h * w;
  SALIX_CHECK(n > 0 && c > 0 && h > 0 && w > 0 && in == size && out == size, op,
              ": both buffers must hold ", n, " x ", c, " x ", h, " x ", w, " values; got ", in,
              " and ", out);
}

}  // namespace

void normalize_rgb(const Image& image, std::span<float> out) {
  check_buffer("normalize_rgb", image, 3, out.size());
  static const Table table = make_table<double>();
  look_up(table, image, out);
}

void normalize_rgb_float32(const Image& image, std::span<float> out) {
  check_buffer("normalize_rgb_float32", image, 3, out.size());
  static const Table table = make_table<float>();
  look_up(table, image, out);
}

Image denormalize_rgb(std::span<const float> x, int height, int width) {
  SALIX_CHECK(height > 0 && width > 0 && x.size() == static_cast<std::size_t>(height) * width * 3,
              "denormalize_rgb: x must hold ", height, " x ", width, " x 3 values; got ", x.size());
  Image image(height, width, 3);
  for (std::size_t k = 0; k < x.size(); k += 3) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double value =
          (static_cast<double>(x[k + c]) * kImageNetDeviation[c] + kImageNetMean[c]) * 255.0;
      image.pixels[k + c] = truncate_to_byte(value);
    }
  }
  return image;
}

void scale_modality(const Image& image, std::span<float> out) {
  check_buffer("scale_modality", image, 3, out.size());
  std::transform(image.pixels.begin(), image.pixels.end(), out.begin(),
                 [](std::uint8_t v) { return static_cast<float>(v) / 255.0f; });
}

void normalize_mask(const Image& image, std::span<float> out) {
  check_buffer("normalize_mask", image, 1, out.size());
  SALIX_CHECK(!image.empty(), "normalize_mask: the mask has no pixels");
  const auto [min, max] = std::minmax_element(image.pixels.begin(), image.pixels.end());
  const double low = *min, range = *max - low + 1e-5;
  std::transform(image.pixels.begin(), image.pixels.end(), out.begin(),
                 [=](std::uint8_t g) { return static_cast<float>((g - low) / range); });
}

void pack_channels_last(std::span<const float> nchw, int n, int c, int h, int w,
                        std::span<float> nhwc) {
  check_batch("pack_channels_last", nchw.size(), nhwc.size(), n, c, h, w);
  const std::size_t plane = static_cast<std::size_t>(h) * w, channels = static_cast<std::size_t>(c);
  parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k)
      for (std::size_t p = 0; p < plane; ++p)
        for (std::size_t q = 0; q < channels; ++q)
          nhwc[(k * plane + p) * channels + q] = nchw[(k * channels + q) * plane + p];
  });
}

void unpack_channels_first(std::span<const float> nhwc, int n, int c, int h, int w,
                           std::span<float> nchw) {
  check_batch("unpack_channels_first", nhwc.size(), nchw.size(), n, c, h, w);
  const std::size_t plane = static_cast<std::size_t>(h) * w, channels = static_cast<std::size_t>(c);
  parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k)
      for (std::size_t q = 0; q < channels; ++q)
        for (std::size_t p = 0; p < plane; ++p)
          nchw[(k * channels + q) * plane + p] = nhwc[(k * plane + p) * channels + q];
  });
}

Image to_uint8_truncated(const FloatMap& map) {
  Image image(map.height, map.width, 1);
  std::transform(map.values.begin(), map.values.end(), image.pixels.begin(),
                 [](float p) { return truncate_to_byte(p * 255.0f); });
  return image;
}

void quantize_to_255(FloatMap& map) {
  for (float& p : map.values) p = std::clamp(std::nearbyint(p * 255.0f) / 255.0f, 0.0f, 1.0f);
}

}  // namespace salix::data
