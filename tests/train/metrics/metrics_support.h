// The pair behind the published check numbers of the metrics, and pairs from plain numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "data/image/image.h"
#include "train/metrics/saliency_pair.h"

namespace salix::testing {

// A pair of float64 predictions, as the reference computes from saved maps.
inline metrics::SaliencyPair pair_of(int height, int width, std::vector<double> prediction,
                                     std::vector<std::uint8_t> truth) {
  metrics::SaliencyPair pair;
  pair.height = height;
  pair.width = width;
  for (const double p : prediction) pair.level.push_back(static_cast<std::uint8_t>(p * 255));
  for (const std::uint8_t g : truth) pair.foreground += g;
  pair.prediction = std::move(prediction);
  pair.truth = std::move(truth);
  return pair;
}

// 40 x 48: an ellipse of 539 pixels and a map of 8-bit levels that follows it.
struct CheckScene {
  static constexpr int kHeight = 40, kWidth = 48;
  std::vector<std::uint8_t> level, truth;

  CheckScene() {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        const bool inside = 2 * (x - 26) * (x - 26) + 3 * (y - 18) * (y - 18) < 420;
        const int value = inside ? 255 - (7 * x + 13 * y) % 90 : (11 * x + 5 * y) % 120;
        truth.push_back(inside ? 1 : 0);
        level.push_back(static_cast<std::uint8_t>(value));
      }
    }
  }
  std::vector<double> prediction() const {
    std::vector<double> values;
    for (const std::uint8_t l : level) values.push_back(l / 255.0);
    return values;
  }
  std::vector<double> inverted() const {
    std::vector<double> values = prediction();
    for (double& value : values) value = 1 - value;
    return values;
  }
  std::vector<double> perfect() const { return {truth.begin(), truth.end()}; }
  std::vector<double> constant(double value) const {
    return std::vector<double>(truth.size(), value);
  }
  std::vector<std::uint8_t> constant_truth(std::uint8_t value) const {
    return std::vector<std::uint8_t>(truth.size(), value);
  }
};

inline data::FloatMap float_map(int height, int width, const std::vector<double>& values) {
  data::FloatMap map(height, width);
  map.values.assign(values.begin(), values.end());
  return map;
}

inline data::Image grey_image(int height, int width, const std::vector<std::uint8_t>& values) {
  data::Image image(height, width, 1);
  image.pixels = values;
  return image;
}

}  // namespace salix::testing
