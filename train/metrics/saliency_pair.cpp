#include "train/metrics/saliency_pair.h"

#include <algorithm>
#include <array>

#include "engine/error.h"

namespace salix::metrics {
namespace {

constexpr int kMaxSide = 32767;  // squared distances fit 32 bits

// Everything but the prediction's values.
SaliencyPair pair_of(int height, int width, const data::Image& truth) {
  SALIX_CHECK(truth.channels == 1, "score_image: the truth must be grey, [H,W,1]; got ",
              truth.channels, " channels");
  SALIX_CHECK(height == truth.height && width == truth.width,
              "score_image: prediction and truth must have one size; got ", height, " x ", width,
              " and ", truth.height, " x ", truth.width);
  SALIX_CHECK(height > 0 && width > 0 && height <= kMaxSide && width <= kMaxSide,
              "score_image: sides must be 1..", kMaxSide, "; got ", height, " x ", width);
  SaliencyPair pair;
  pair.height = height;
  pair.width = width;
  pair.truth.resize(truth.pixels.size());
  std::transform(truth.pixels.begin(), truth.pixels.end(), pair.truth.begin(),
                 [](std::uint8_t value) { return static_cast<std::uint8_t>(value != 0); });
  pair.foreground = std::count(pair.truth.begin(), pair.truth.end(), std::uint8_t{1});
  pair.prediction.resize(truth.pixels.size());
  pair.level.resize(truth.pixels.size());
  return pair;
}

}  // namespace

// A loop of its own: std::minmax_element takes ten times as long, branching on each pixel.
LevelRange level_range(const data::Image& grey) {
  std::uint8_t min = 255, max = 0;
  for (const std::uint8_t value : grey.pixels) {
    min = std::min(min, value);
    max = std::max(max, value);
  }
  return {min, max};
}

SaliencyPair make_pair(const data::FloatMap& prediction, const data::Image& truth) {
  SaliencyPair pair = pair_of(prediction.height, prediction.width, truth);
  const auto outside = std::find_if(prediction.values.begin(), prediction.values.end(),
                                    [](float p) { return !(p >= 0.0f && p <= 1.0f); });
  SALIX_CHECK(outside == prediction.values.end(),
              "score_image: the prediction must lie in 0..1; got ", *outside, " at index ",
              outside - prediction.values.begin());
  for (std::size_t i = 0; i < pair.prediction.size(); ++i) {
    const float p = prediction.values[i];
    pair.prediction[i] = p;
    pair.level[i] = static_cast<std::uint8_t>(p * 255.0f);
  }
  return pair;
}

SaliencyPair make_stretched_pair(const data::Image& map, const data::Image& truth) {
  SALIX_CHECK(map.channels == 1, "score_saved_map: the map must be grey, [H,W,1]; got ",
              map.channels, " channels");
  SaliencyPair pair = pair_of(map.height, map.width, truth);
  const auto [min, max] = level_range(map);
  const int low = min == max ? 0 : min, high = min == max ? 255 : max;
  std::array<double, 256> stretched{};
  std::array<std::uint8_t, 256> level{};
  for (int value = min; value <= max; ++value) {
    const double p = static_cast<double>(value - low) / (high - low);
    stretched[static_cast<std::size_t>(value)] = p;
    level[static_cast<std::size_t>(value)] = static_cast<std::uint8_t>(p * 255);
  }
  for (std::size_t i = 0; i < pair.prediction.size(); ++i) {
    pair.prediction[i] = stretched[map.pixels[i]];
    pair.level[i] = level[map.pixels[i]];
  }
  return pair;
}

}  // namespace salix::metrics
