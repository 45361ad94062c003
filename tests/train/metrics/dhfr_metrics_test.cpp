// The metrics of DHFR's benchmark are the ones we have: its check numbers (its specification,
// appendix A.5), and its preparation of maps and truths.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/image/resize_pillow.h"
#include "tests/support/dhfr_fill.h"
#include "tests/train/metrics/metrics_support.h"
#include "train/metrics/measures.h"
#include "train/metrics/scores.h"

namespace salix::testing {
namespace {

constexpr int kSide = 64;
constexpr double kPrinted = 2e-6;  // six decimals, of float32 arithmetic

data::FloatMap stretched(data::FloatMap map) {
  const auto [low, high] = std::minmax_element(map.values.begin(), map.values.end());
  const float min = *low, range = *high - *low;
  for (float& p : map.values) p = (p - min) / range;
  return map;
}

// A disc, and a map that follows it.
struct DhfrScene {
  data::Image disc{kSide, kSide, 1}, last_row{kSide, kSide, 1};
  data::Image empty{kSide, kSide, 1, 0}, full{kSide, kSide, 1, 1};
  data::FloatMap map{kSide, kSide}, inverse{kSide, kSide}, zero{kSide, kSide},
      disc_map{kSide, kSide};

  DhfrScene() {
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        const int g = (y - 30) * (y - 30) + (x - 36) * (x - 36) < 225 ? 1 : 0;
        const auto k = static_cast<std::size_t>(kSide * y + x);
        disc.pixels[k] = static_cast<std::uint8_t>(g);
        disc_map.values[k] = static_cast<float>(g);
        const double p = 0.75 * g + 0.5 * dhfr_uniform("metric_pred", k) - 0.15;
        map.values[k] = static_cast<float>(std::clamp(p, 0.0, 1.0));
        last_row.pixels[k] = y == kSide - 1 && x >= 10 && x <= 19 ? 1 : 0;
      }
    }
    map = stretched(map);
    for (std::size_t k = 0; k < map.values.size(); ++k) inverse.values[k] = 1 - map.values[k];
  }
};

struct Row {
  double max_f, adaptive_f, weighted_f, mae, s, e;
};

void expect_row(const ImageScores& scores, const Row& row) {
  EXPECT_NEAR(scores.max_f(), row.max_f, kPrinted);
  EXPECT_NEAR(scores.adaptive_f, row.adaptive_f, kPrinted);
  EXPECT_NEAR(scores.weighted_f, row.weighted_f, kPrinted);
  EXPECT_NEAR(scores.mae, row.mae, kPrinted);
  if (!std::isnan(row.s)) {
    EXPECT_NEAR(scores.s_measure, row.s, kPrinted);
  }
  EXPECT_NEAR(scores.e_measure, row.e, kPrinted);
}

TEST(DhfrMetrics, EveryPrintedRow) {
  const DhfrScene scene;
  expect_row(score_image(scene.map, scene.disc), {1, 1, 0.611367, 0.127952, 0.879683, 1.000244});
  expect_row(score_image(scene.map, scene.empty), {0, 0, 0, 0.243833, 0.756167, 0.830037});
  expect_row(score_image(scene.map, scene.full),
             {1, 0.470506, 0.506149, 0.756167, 0.243833, 0.170208});
  expect_row(score_image(scene.zero, scene.disc),
             {0.210471, 0.210471, 0, 0.170166, 0.414917, 0.250061});
  expect_row(score_image(scene.disc_map, scene.disc), {1, 1, 0.999999, 0, 1.000488, 1.000244});
}

TEST(DhfrMetrics, PrecisionAndRecallAreThePrintedOnes) {
  const DhfrScene scene;
  const ImageScores scores = score_image(scene.map, scene.disc);
  EXPECT_NEAR(scores.precision[0], 1, kPrinted);
  EXPECT_NEAR(scores.recall[0], 0.208034, kPrinted);
  EXPECT_NEAR(scores.recall[100], 0.994261, kPrinted);
}

TEST(DhfrMetrics, TheMeanOfTwoImagesCountsAnEmptyTruth) {
  const DhfrScene scene;
  SetScores set;
  set.add(score_image(scene.map, scene.disc));
  set.add(score_image(scene.inverse, scene.empty));
  const SetSummary mean = set.summary();
  EXPECT_NEAR(mean.max_f, 0.5, kPrinted);
  EXPECT_NEAR(mean.adaptive_f, 0.5, kPrinted);
  EXPECT_NEAR(mean.weighted_f, 0.305684, kPrinted);
  EXPECT_NEAR(mean.mae, 0.442059, kPrinted);
  EXPECT_NEAR(mean.s_measure, 0.561758, kPrinted);
  EXPECT_NEAR(mean.e_measure, 0.873871, kPrinted);
}

// NaN in the published S-measure: two of its blocks have no pixels. They weigh nothing here.
TEST(DhfrMetrics, AnObjectInTheLastRowHasAnSMeasure) {
  const DhfrScene scene;
  const ImageScores scores = score_image(scene.map, scene.last_row);
  expect_row(scores, {0.003835, 0, 0.005184, 0.245586, std::nan(""), 0.261266});
  EXPECT_TRUE(scores.degenerate_block);
  EXPECT_TRUE(std::isfinite(scores.s_measure));
  EXPECT_TRUE(
      std::isnan(score_image(scene.map, scene.last_row, {.nan_as_reference = true}).s_measure));
}

// 8 x 8, white on the left half but for its darker column: resized to 4 x 4, then above half of the
// largest value.
TEST(DhfrMetrics, TheTruthIsBroughtToTheMapsSize) {
  data::Image truth(8, 8, 1);
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 4; ++j) *truth.at(i, j) = j == 3 ? 60 : 200;
  data::FloatMap map(4, 4);
  for (int i = 0; i < 4; ++i) map.row(i)[0] = 0.5f;
  const ImageScores scores = score_at_map_size(map, truth);
  // Columns of the resized truth: 200, 123, 8, 0. The second is above half of 200, and missed.
  EXPECT_EQ(data::resize_bilinear_pillow(truth, 4, 4).pixels[1], 123);
  EXPECT_DOUBLE_EQ(scores.mae, 0.25);  // the map's 0.5 is stretched to 1
  EXPECT_DOUBLE_EQ(scores.recall[0], 0.5);
}

TEST(DhfrMetrics, AConstantMapIsDividedBy255) {
  const data::Image truth(6, 6, 1, 255);
  const ImageScores scores = score_at_map_size(data::FloatMap(3, 3, 1.0f), truth);
  EXPECT_NEAR(scores.mae, 1 - 1 / 255.0, 1e-7);
  EXPECT_TRUE(scores.full_truth);
  EXPECT_TRUE(scores.constant_map);
}

}  // namespace
}  // namespace salix::testing
