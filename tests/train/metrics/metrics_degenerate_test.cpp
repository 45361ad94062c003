// Where the reference divides zero by zero, truths made binary by its two rules, and requests
// that are refused.
#include <gmock/gmock.h>

#include <cmath>

#include "engine/error.h"
#include "tests/train/metrics/metrics_support.h"
#include "train/metrics/measures.h"
#include "train/metrics/scores.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

constexpr ScoreOptions kNan{.nan_as_reference = true};

data::Image truth_with(int height, int width, std::initializer_list<int> foreground) {
  data::Image truth(height, width, 1);
  for (const int index : foreground) truth.pixels[static_cast<std::size_t>(index)] = 1;
  return truth;
}

data::FloatMap ramp(int height, int width) {
  data::FloatMap map(height, width);
  for (std::size_t i = 0; i < map.values.size(); ++i)
    map.values[i] = static_cast<float>(i) / static_cast<float>(map.values.size());
  return map;
}

std::string error_of(const data::FloatMap& prediction, const data::Image& truth) {
  try {
    score_image(prediction, truth);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "";
}

TEST(MetricsDegenerate, SMeasureIsNanWhereTheReferenceSaysSoAndRepairedByDefault) {
  data::Image last_column(10, 10, 1);
  for (int y = 0; y < 10; ++y) *last_column.at(y, 9) = 1;
  for (const data::Image& truth :
       {truth_with(10, 10, {99}), truth_with(10, 10, {0}), last_column}) {
    EXPECT_TRUE(std::isnan(score_image(ramp(10, 10), truth, kNan).s_measure));
    const ImageScores repaired = score_image(ramp(10, 10), truth);
    EXPECT_TRUE(repaired.degenerate_block);
    EXPECT_TRUE(std::isfinite(repaired.s_measure));
  }
  const ImageScores ordinary = score_image(ramp(10, 10), truth_with(10, 10, {44}), kNan);
  EXPECT_FALSE(ordinary.degenerate_block);
  EXPECT_TRUE(std::isfinite(ordinary.s_measure));
}

// A pixel in the corner (0,0): its block of one pixel scores 1, with the covariance as 0; the
// others have no truth, so they score 0 for a prediction that varies.
TEST(MetricsDegenerate, RepairedSMeasureByHand) {
  const ImageScores scores = score_image(ramp(10, 10), truth_with(10, 10, {0}));
  double off = 0, squares = 0;
  for (int i = 1; i < 100; ++i) off += (1 - static_cast<double>(i / 100.0f)) / 99;
  for (int i = 1; i < 100; ++i)
    squares += std::pow(1 - static_cast<double>(i / 100.0f) - off, 2) / 99;
  const double object = 0.99 * 2 * off / (off * off + 1 + std::sqrt(squares) + 1e-8);
  EXPECT_NEAR(scores.s_measure, 0.5 * object + 0.5 * 0.01, 1e-9);
}

TEST(MetricsDegenerate, BlocksOfEqualValuesUnderEmptyTruthAreSimilar) {
  // 0.1 is no binary fraction: a mean that is off by a bit would make the variance nonzero.
  const std::vector<double> prediction(23 * 29, 0.1);
  std::vector<std::uint8_t> truth(23 * 29, 0);
  truth[5 * 29 + 5] = 1;
  const metrics::SaliencyPair pair = pair_of(23, 29, prediction, truth);
  // Three of four blocks have equal values and no truth: 1 each; the fourth is not similar.
  const double first = 6.0 * 6 / (23 * 29);
  const double object =
      2 * 0.1 / (0.01 + 1 + 1e-8) / (23 * 29) + (1 - 1.0 / (23 * 29)) * 2 * 0.9 / (0.81 + 1 + 1e-8);
  EXPECT_NEAR(metrics::s_measure(pair).value, 0.5 * object + 0.5 * (1 - first), 1e-9);
}

TEST(MetricsDegenerate, IouOfTwoEmptyMapsIsOneOrNan) {
  const data::FloatMap zero(4, 5);
  const data::Image empty(4, 5, 1);
  EXPECT_EQ(score_image(zero, empty).iou, 1);
  EXPECT_TRUE(score_image(zero, empty).empty_union);
  EXPECT_TRUE(std::isnan(score_image(zero, empty, kNan).iou));
  EXPECT_EQ(score_image(zero, truth_with(4, 5, {3})).iou, 0);
}

TEST(MetricsDegenerate, SetsCountWhatWasRepairedAndOneNanMakesTheMeanNan) {
  const data::FloatMap zero(10, 10);
  SetScores repaired, reference;
  for (const data::Image& truth :
       {truth_with(10, 10, {44}), truth_with(10, 10, {99}), truth_with(10, 10, {})}) {
    repaired.add(score_image(zero, truth));
    reference.add(score_image(zero, truth, kNan));
  }
  const SetSummary mean = repaired.summary();
  EXPECT_EQ(mean.images, 3);
  EXPECT_EQ(mean.empty_truths, 1);
  EXPECT_EQ(mean.degenerate_blocks, 1);
  EXPECT_EQ(mean.empty_unions, 1);
  EXPECT_TRUE(std::isfinite(mean.s_measure));
  EXPECT_NEAR(mean.iou, 1.0 / 3, 1e-15);
  EXPECT_TRUE(std::isnan(reference.summary().s_measure));
  EXPECT_TRUE(std::isnan(reference.summary().iou));
  EXPECT_TRUE(std::isfinite(reference.summary().e_measure));
}

// Right is 1 and wrong is 0, where the reference says 1e8: one such image spoilt a whole set.
TEST(MetricsDegenerate, OnePixelHasAnEMeasure) {
  const auto scored = [](int value, int truth) {
    return score_saved_map(grey_image(1, 1, {static_cast<std::uint8_t>(value)}),
                           grey_image(1, 1, {static_cast<std::uint8_t>(truth)}));
  };
  EXPECT_EQ(scored(255, 255).e_measure, 1);
  EXPECT_EQ(scored(200, 0).e_measure, 1);  // below its adaptive threshold 1: nothing is positive
  EXPECT_EQ(scored(0, 0).e_measure, 0);    // at its threshold 0: all is
  EXPECT_EQ(scored(200, 255).e_measure, 0);
  EXPECT_TRUE(scored(200, 255).single_pixel);
  EXPECT_FALSE(score_image(ramp(1, 2), truth_with(1, 2, {1})).single_pixel);
}

// One pixel, one row, one column, black and white truths, constant maps: all scores of all pairs
// are finite, within what the formulas' divisors allow, and counted.
TEST(MetricsDegenerate, AllScoresOfEveryEdgeAreFinite) {
  SetScores set;
  const std::vector<std::pair<int, int>> sizes{{1, 1}, {1, 30}, {30, 1}, {2, 2}, {1, 2}, {7, 9}};
  for (const auto& [height, width] : sizes) {
    data::Image black(height, width, 1), white(height, width, 1, 255), half(height, width, 1);
    std::fill(half.pixels.begin() + half.pixels.size() / 2, half.pixels.end(), std::uint8_t{255});
    data::Image grey(height, width, 1, 100), rising(height, width, 1);
    for (std::size_t i = 0; i < rising.pixels.size(); ++i)
      rising.pixels[i] = static_cast<std::uint8_t>(4 * i);
    for (const data::Image& truth : {black, white, half}) {
      for (const data::Image& map : {black, white, grey, half, rising}) {
        const ImageScores scores = score_saved_map(map, truth);
        for (const double value : {scores.mae, scores.adaptive_f, scores.max_f(), scores.s_measure,
                                   scores.weighted_f, scores.iou, scores.e_measure}) {
          EXPECT_GE(value, -1) << height << 'x' << width;
          EXPECT_LE(value, 2) << height << 'x' << width;
        }
        set.add(scores);
      }
    }
  }
  const SetSummary mean = set.summary();
  EXPECT_EQ(mean.single_pixels, 15);
  EXPECT_EQ(mean.empty_truths, 6 * 5);
  EXPECT_EQ(mean.full_truths, 6 * 5 + 5);        // half of one pixel is that pixel
  EXPECT_EQ(mean.constant_maps, 6 * 9 + 2 * 3);  // of one pixel all maps are
  EXPECT_TRUE(std::isfinite(mean.max_f));
}

// Half of the pixels lie on twice the mean exactly: they count as positive.
TEST(MetricsDegenerate, PixelsOnTheAdaptiveThresholdArePositive) {
  data::FloatMap map(10, 10);
  for (std::size_t i = 0; i < 50; ++i) map.values[i] = 77.0f / 255.0f;
  data::Image truth(10, 10, 1);
  for (std::size_t i = 0; i < 50; ++i) truth.pixels[i] = 1;
  EXPECT_EQ(score_image(map, truth).adaptive_f, 1);
}

TEST(BinaryTruth, TheTwoProgramsDisagreeOnConstantAndDarkTruths) {
  const auto test = [](std::vector<std::uint8_t> values) {
    return binary_truth(grey_image(1, static_cast<int>(values.size()), values)).pixels;
  };
  const auto saved = [](std::vector<std::uint8_t> values) {
    return binary_truth_of_saved(grey_image(1, static_cast<int>(values.size()), values)).pixels;
  };
  using Pixels = std::vector<std::uint8_t>;
  EXPECT_EQ(test({0, 127, 128, 255}), (Pixels{0, 0, 1, 1}));
  EXPECT_EQ(saved({0, 127, 128, 255}), (Pixels{0, 0, 1, 1}));
  EXPECT_EQ(test({255, 255}), (Pixels{0, 0}));  // a full truth becomes empty: the reference's quirk
  EXPECT_EQ(saved({255, 255}), (Pixels{1, 1}));
  EXPECT_EQ(test({0, 0}), (Pixels{0, 0}));
  EXPECT_EQ(saved({0, 0}), (Pixels{0, 0}));
  EXPECT_EQ(test({200, 255, 230}), (Pixels{0, 1, 1}));  // relative to the minimum
  EXPECT_EQ(saved({200, 255, 230}), (Pixels{1, 1, 1}));
  EXPECT_EQ(test({0, 1}), (Pixels{0, 1}));  // masks of 0 and 1
  EXPECT_EQ(saved({0, 1}), (Pixels{0, 1}));
  EXPECT_EQ(test({0, 100, 50}), (Pixels{0, 1, 0}));  // a half is background
}

TEST(ScoreImage, RefusesWhatCannotBeCompared) {
  const data::Image truth(4, 5, 1);
  EXPECT_THAT(error_of(data::FloatMap(5, 4), truth), HasSubstr("one size; got 5 x 4 and 4 x 5"));
  EXPECT_THAT(error_of(data::FloatMap(4, 5), data::Image(4, 5, 3)), HasSubstr("got 3 channels"));
  EXPECT_THAT(error_of(data::FloatMap(0, 0), data::Image(0, 0, 1)), HasSubstr("got 0 x 0"));
  EXPECT_THAT(error_of(data::FloatMap(4, 5, 1.5f), truth), HasSubstr("0..1; got 1.5 at index 0"));
  EXPECT_THAT(error_of(data::FloatMap(4, 5, std::nanf("")), truth), HasSubstr("got nan"));
  EXPECT_THROW(SetScores().summary(), InvalidInput);
  EXPECT_THROW(binary_truth(data::Image(2, 2, 3)), InvalidInput);
}

// 2 x 2 enlarged to 4 x 4, then stretched to 0..1: the truth's size decides.
TEST(ScoreSavedMap, ResizesTheMapToTheTruth) {
  const data::Image small = grey_image(2, 2, {10, 250, 10, 250});
  data::Image truth(4, 4, 1);
  for (int y = 0; y < 4; ++y) *truth.at(y, 2) = *truth.at(y, 3) = 255;
  const ImageScores scores = score_saved_map(small, truth);
  EXPECT_EQ(scores.iou, 1);
  // The mean is a half, so only the brightest column reaches twice the mean.
  EXPECT_NEAR(scores.adaptive_f, 1.3 * 0.5 / (0.3 + 0.5), 1e-12);
  EXPECT_GT(scores.mae, 0);
  EXPECT_LT(scores.mae, 0.2);
}

}  // namespace
}  // namespace salix::testing
