#include "data/image/edge_strength.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace salix::data {

FloatMap gradient_strength(std::span<const FloatMap> channels) {
  SALIX_CHECK(!channels.empty() && !channels[0].values.empty(),
              "gradient_strength: at least one channel with pixels is needed");
  const int height = channels[0].height, width = channels[0].width;
  FloatMap strength(height, width);
  for (const FloatMap& channel : channels) {
    SALIX_CHECK(channel.height == height && channel.width == width,
                "gradient_strength: channels must have one size; got ", height, " x ", width,
                " and ", channel.height, " x ", channel.width);
    for (int i = 0; i < height; ++i) {
      const float* row = channel.row(i);
      const float *above = channel.row(std::max(i - 1, 0)),
                  *below = channel.row(std::min(i + 1, height - 1));
      for (int j = 0; j < width; ++j) {
        const float dx = 0.5f * (row[std::min(j + 1, width - 1)] - row[std::max(j - 1, 0)]);
        const float dy = 0.5f * (below[j] - above[j]);
        strength.row(i)[j] += dx * dx + dy * dy;
      }
    }
  }
  for (float& value : strength.values) value = std::sqrt(value);
  return strength;
}

float quantile(const FloatMap& map, double part) {
  SALIX_CHECK(!map.values.empty() && part >= 0.0 && part <= 1.0,
              "quantile: a map with values and a part 0..1 are needed; got ", map.values.size(),
              " and ", part);
  std::vector<float> values = map.values;
  const auto place =
      static_cast<std::ptrdiff_t>(std::ceil(part * static_cast<double>(values.size()))) - 1;
  const auto at = values.begin() + std::max<std::ptrdiff_t>(place, 0);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace salix::data
