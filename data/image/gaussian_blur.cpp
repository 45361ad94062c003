#include "data/image/gaussian_blur.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace salix::data {
namespace {

// Of distances 0 to the last.
std::vector<float> weights_of(float sigma) {
  std::vector<double> half(static_cast<std::size_t>(std::ceil(3.0 * sigma)) + 1);
  double sum = 0.0;
  for (std::size_t k = 0; k < half.size(); ++k) {
    const auto distance = static_cast<double>(k);
    half[k] = std::exp(-distance * distance / (2.0 * sigma * sigma));
    sum += k == 0 ? half[k] : 2.0 * half[k];
  }
  std::vector<float> weights;
  for (const double weight : half) weights.push_back(static_cast<float>(weight / sum));
  return weights;
}

// `count` values, `step` apart.
void blur_line(const float* line, float* out, int count, std::ptrdiff_t step,
               const std::vector<float>& weights) {
  const auto at = [&](int k) { return line[std::clamp(k, 0, count - 1) * step]; };
  for (int k = 0; k < count; ++k) {
    float sum = weights[0] * at(k);
    for (int d = 1; d < static_cast<int>(weights.size()); ++d)
      sum += weights[static_cast<std::size_t>(d)] * (at(k - d) + at(k + d));
    out[k * step] = sum;
  }
}

}  // namespace

FloatMap channel_map(const Image& image, int channel) {
  SALIX_CHECK(channel >= 0 && channel < image.channels, "channel_map: an image of ", image.channels,
              " channels has no channel ", channel);
  FloatMap map(image.height, image.width);
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t k = 0; k < map.values.size(); ++k)
    map.values[k] = image.pixels[k * channels + static_cast<std::size_t>(channel)];
  return map;
}

FloatMap gaussian_blur(const FloatMap& map, float sigma) {
  SALIX_CHECK(sigma >= 0.0f, "gaussian_blur: sigma must be 0 or more pixels; got ", sigma);
  if (sigma == 0.0f || map.values.empty()) return map;
  const std::vector<float> weights = weights_of(sigma);
  FloatMap rows(map.height, map.width), out(map.height, map.width);
  for (int i = 0; i < map.height; ++i) blur_line(map.row(i), rows.row(i), map.width, 1, weights);
  for (int j = 0; j < map.width; ++j)
    blur_line(rows.row(0) + j, out.row(0) + j, map.height, map.width, weights);
  return out;
}

}  // namespace salix::data
