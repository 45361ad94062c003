#include "data/image/otsu.h"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cstdint>

#include "engine/error.h"

namespace salix::data {
namespace {

void check_grey(const char* op, const Image& image) {
  SALIX_CHECK(image.channels == 1 && !image.empty(), op,
              ": the image must be grey and not empty; got ", image.height, " x ", image.width,
              " x ", image.channels);
}

}  // namespace

// In OpenCV's order of operations: candidates that tie in exact arithmetic are decided by
// the rounding of these running sums.
int otsu_threshold(const Image& image) {
  check_grey("otsu_threshold", image);
  std::array<std::int64_t, 256> histogram{};
  for (const std::uint8_t value : image.pixels) ++histogram[value];
  const double scale = 1.0 / static_cast<double>(image.pixels.size());
  double mean = 0;
  for (std::size_t i = 0; i < 256; ++i) {
    mean += static_cast<double>(i) * static_cast<double>(histogram[i]);
  }
  mean *= scale;
  double q1 = 0, mean1 = 0, largest = 0;
  int threshold = 0;
  for (std::size_t i = 0; i < 256; ++i) {
    const double p = static_cast<double>(histogram[i]) * scale;
    mean1 *= q1;
    q1 += p;
    const double q2 = 1.0 - q1;
    if (std::min(q1, q2) < FLT_EPSILON || std::max(q1, q2) > 1.0 - FLT_EPSILON) continue;
    mean1 = (mean1 + static_cast<double>(i) * p) / q1;
    const double mean2 = (mean - q1 * mean1) / q2;
    const double between = q1 * q2 * (mean1 - mean2) * (mean1 - mean2);
    if (between > largest) {
      largest = between;
      threshold = static_cast<int>(i);
    }
  }
  return threshold;
}

Image above_threshold(const Image& image, int threshold) {
  check_grey("above_threshold", image);
  Image map(image.height, image.width, 1);
  std::transform(image.pixels.begin(), image.pixels.end(), map.pixels.begin(),
                 [threshold](std::uint8_t value) {
                   return static_cast<std::uint8_t>(value > threshold ? 1 : 0);
                 });
  return map;
}

}  // namespace salix::data
