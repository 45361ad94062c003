// All scores of 120 random and adversarial pairs against NumPy and SciPy; made by
// tests/golden/make_metrics.py, which names the columns.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/io/npy.h"
#include "tests/support/paths.h"
#include "train/metrics/scores.h"

namespace salix::testing {
namespace {

constexpr std::size_t kColumns = 8;
constexpr double kTolerance = 1e-11;  // float64 sums in another order; 1e-14 was the largest

struct GoldenPair {
  data::Image map, truth;
  std::array<double, kColumns> saved, floats;
};

std::vector<GoldenPair> golden_pairs() {
  const io::NamedArrays arrays = io::read_npz(golden_folder() / "metrics/pairs.npz");
  const auto sizes = arrays.at("sizes").as<std::int32_t>();
  const auto maps = arrays.at("maps").as<std::uint8_t>(),
             truths = arrays.at("truths").as<std::uint8_t>();
  const auto saved = arrays.at("saved").as<double>(), floats = arrays.at("floats").as<double>();
  std::vector<GoldenPair> pairs(sizes.size() / 2);
  std::size_t position = 0;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    GoldenPair& pair = pairs[k];
    pair.map = data::Image(sizes[2 * k], sizes[2 * k + 1], 1);
    pair.truth = pair.map;
    const std::size_t pixels = pair.map.pixels.size();
    std::copy_n(maps.begin() + static_cast<std::ptrdiff_t>(position), pixels,
                pair.map.pixels.begin());
    std::copy_n(truths.begin() + static_cast<std::ptrdiff_t>(position), pixels,
                pair.truth.pixels.begin());
    position += pixels;
    std::copy_n(saved.begin() + static_cast<std::ptrdiff_t>(k * kColumns), kColumns,
                pair.saved.begin());
    std::copy_n(floats.begin() + static_cast<std::ptrdiff_t>(k * kColumns), kColumns,
                pair.floats.begin());
  }
  return pairs;
}

void expect_scores(const ImageScores& found, const std::array<double, kColumns>& wanted) {
  const std::array<double, kColumns> values = {
      found.max_f(),   found.mae,        found.adaptive_f, found.s_measure,
      found.e_measure, found.weighted_f, found.iou,        found.centre_distance};
  for (std::size_t k = 0; k < kColumns; ++k) {
    EXPECT_EQ(std::isnan(values[k]), std::isnan(wanted[k])) << "column " << k;
    if (std::isnan(wanted[k])) continue;
    EXPECT_NEAR(values[k], wanted[k], kTolerance) << "column " << k;
  }
}

TEST(MetricsGolden, SavedMapsEqualNumpyWithNanWhereItHasNan) {
  const std::vector<GoldenPair> pairs = golden_pairs();
  ASSERT_EQ(pairs.size(), 120u);
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    SCOPED_TRACE(k);
    expect_scores(score_saved_map(pairs[k].map, pairs[k].truth, {.nan_as_reference = true}),
                  pairs[k].saved);
  }
}

TEST(MetricsGolden, Float32PredictionsBetweenLevelsToo) {
  const std::vector<GoldenPair> pairs = golden_pairs();
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    SCOPED_TRACE(k);
    const data::Image& map = pairs[k].map;
    data::FloatMap prediction(map.height, map.width);
    std::transform(map.pixels.begin(), map.pixels.end(), prediction.values.begin(),
                   [](std::uint8_t v) { return std::min(v / 256.0f + 0.001f, 1.0f); });
    expect_scores(score_image(prediction, pairs[k].truth, {.nan_as_reference = true}),
                  pairs[k].floats);
  }
}

}  // namespace
}  // namespace salix::testing
