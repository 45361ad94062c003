// The metrics against the published check numbers, all ten printed digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/train/metrics/metrics_support.h"
#include "train/metrics/measures.h"
#include "train/metrics/scores.h"

namespace salix::testing {
namespace {

using metrics::SaliencyPair;

constexpr int kHeight = CheckScene::kHeight, kWidth = CheckScene::kWidth;
constexpr double kPrinted = 1.01e-10;  // half a unit of the tenth digit, and rounding
// The reference's truth is float32 inside the S-measure; "perfect" was float32 throughout.
constexpr double kFloat32 = 4e-8;  // predictions rounded to float32
constexpr double kFloat32Truth = 1e-9, kFloat32Pair = 5e-9;

struct Row {
  const char* name;
  std::vector<double> prediction;
  std::vector<std::uint8_t> truth;
  double mae, max_f, adaptive_f, s, e, weighted_f, iou, distance;
  double s_tolerance = kFloat32Truth;
};

std::vector<Row> rows() {
  const CheckScene scene;
  const auto empty = scene.constant_truth(0), full = scene.constant_truth(1);
  constexpr double kFar = 6.6666652778, kOff = 0.0607390696, kShare = 0.2807291667;
  return {
      {"prediction", scene.prediction(), scene.truth, 0.2170138889, 0.9999999923, 0.8543565826,
       0.8387803306, 0.7947894818, 0.6174269057, 1, 0},
      {"inverted", scene.inverted(), scene.truth, 0.7829861111, 0.3365998912, 0, -0.1319077232,
       0.2638001414, 0.0996833592, 0, 0.0844453393},
      {"perfect", scene.perfect(), scene.truth, 0, 0.9999999923, 1, 1.0010437976, 1.0005210564,
       0.9999994991, 1, 0, kFloat32Pair},
      {"all zero", scene.constant(0), scene.truth, kShare, 0.3365998912, 0.3365998943, 0.3596354149,
       0.2501302762, 0, 0, kFar},
      {"all one", scene.constant(1), scene.truth, 0.7192708333, 0.3365998912, 0.3365998943,
       0.1403645826, 0.2501302762, 0.3305846777, kShare, kOff},
      {"empty truth", scene.prediction(), empty, 0.4005453431, 0, 0, 0.5994546569, 0.8389786347, 0,
       0, kFar},
      {"full truth", scene.prediction(), full, 0.5994546569, 0.9999999923, 0.4548532731,
       0.4005453431, 0.1615424700, 0.6669053756, kShare, kOff},
      {"all zero, empty truth", scene.constant(0), empty, 0, 0, 0, 1, 0, 0, 1, kFar},
  };
}

TEST(MetricsCheckNumbers, SceneIsThePublishedOne) {
  const CheckScene scene;
  EXPECT_EQ(std::count(scene.truth.begin(), scene.truth.end(), 1), 539);
  int sum = 0;
  for (const std::uint8_t level : scene.level) sum += level;
  EXPECT_EQ(sum, 196107);
}

TEST(MetricsCheckNumbers, EveryMetricOfEveryCase) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const SaliencyPair pair = pair_of(kHeight, kWidth, row.prediction, row.truth);
    const metrics::AdaptiveMap map = metrics::adaptive_map(pair);
    const metrics::Curve f = metrics::f_curve(metrics::precision_recall(pair));
    EXPECT_NEAR(metrics::mean_absolute_error(pair), row.mae, kPrinted);
    EXPECT_NEAR(*std::max_element(f.begin(), f.end()), row.max_f, kPrinted);
    EXPECT_NEAR(metrics::adaptive_f(pair, map), row.adaptive_f, kPrinted);
    EXPECT_NEAR(metrics::s_measure(pair).value, row.s, row.s_tolerance);
    EXPECT_NEAR(metrics::e_measure(pair, map), row.e, kPrinted);
    EXPECT_NEAR(metrics::weighted_f(pair), row.weighted_f, kPrinted);
    EXPECT_NEAR(metrics::intersection_over_union(pair).value, row.iou, kPrinted);
    EXPECT_NEAR(metrics::centre_distance(pair), row.distance, kPrinted);
  }
}

TEST(MetricsCheckNumbers, CurveReachesItsMaximumFirstAtPoint88) {
  const CheckScene scene;
  const SaliencyPair pair = pair_of(kHeight, kWidth, scene.prediction(), scene.truth);
  const metrics::Curve f = metrics::f_curve(metrics::precision_recall(pair));
  EXPECT_EQ(std::max_element(f.begin(), f.end()) - f.begin(), 88);
  EXPECT_NEAR(f[0], 0.0967372609, kPrinted);
  EXPECT_NEAR(f[127], 0.9999999923, kPrinted);
  EXPECT_NEAR(f[254], 0.3365998912, kPrinted);
}

// Predictions are float32 here: the levels are the same, the values off by up to 3e-8.
TEST(MetricsCheckNumbers, ScoreImageAgreesFromFloat32Maps) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const ImageScores scores = score_image(float_map(kHeight, kWidth, row.prediction),
                                           grey_image(kHeight, kWidth, row.truth));
    EXPECT_NEAR(scores.mae, row.mae, kFloat32);
    EXPECT_NEAR(scores.max_f(), row.max_f, kFloat32);
    EXPECT_NEAR(scores.adaptive_f, row.adaptive_f, kFloat32);
    EXPECT_NEAR(scores.s_measure, row.s, kFloat32);
    EXPECT_NEAR(scores.e_measure, row.e, kFloat32);
    EXPECT_NEAR(scores.weighted_f, row.weighted_f, kFloat32);
    EXPECT_NEAR(scores.iou, row.iou, kFloat32);
    EXPECT_NEAR(scores.centre_distance, row.distance, kFloat32);
  }
}

// Precision and recall are averaged before F: the set's maximum is not the mean of maxima.
TEST(MetricsCheckNumbers, TwoImagesAsOneSet) {
  const CheckScene scene;
  const data::Image truth = grey_image(kHeight, kWidth, scene.truth);
  SetScores set;
  set.add(score_image(float_map(kHeight, kWidth, scene.prediction()), truth));
  set.add(score_image(float_map(kHeight, kWidth, scene.inverted()), truth));
  const SetSummary mean = set.summary();
  EXPECT_EQ(mean.images, 2);
  EXPECT_NEAR(mean.mae, 0.5, kFloat32);
  EXPECT_NEAR(mean.max_f, 0.4999999923, kFloat32);
  EXPECT_NEAR(mean.adaptive_f, 0.4271782913, kFloat32);
  EXPECT_NEAR(mean.s_measure, 0.3534363037, kFloat32);
  EXPECT_NEAR(mean.e_measure, 0.5292948116, kFloat32);
  EXPECT_NEAR(mean.weighted_f, 0.3585551325, kFloat32);
  EXPECT_NEAR(mean.iou, 0.5, kFloat32);
  EXPECT_NEAR(mean.centre_distance, 0.0422226697, kFloat32);
}

}  // namespace
}  // namespace salix::testing
