#include "train/metrics/scores.h"

#include <algorithm>
#include <limits>

#include "data/image/resize_pillow.h"
#include "engine/error.h"
#include "train/metrics/measures.h"
#include "train/metrics/score_columns.h"

namespace salix {
namespace {

static_assert(kScoreCurvePoints == metrics::kCurvePoints);

bool is_constant(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
}

ImageScores score_pair(const metrics::SaliencyPair& pair, const ScoreOptions& options) {
  const metrics::AdaptiveMap map = metrics::adaptive_map(pair);
  const metrics::SMeasure s = metrics::s_measure(pair);
  const metrics::Iou iou = metrics::intersection_over_union(pair);
  metrics::PrecisionRecall curves = metrics::precision_recall(pair);
  ImageScores scores;
  scores.mae = metrics::mean_absolute_error(pair);
  scores.adaptive_f = metrics::adaptive_f(pair, map);
  scores.s_measure = s.value;
  scores.e_measure = metrics::e_measure(pair, map);
  scores.weighted_f = metrics::weighted_f(pair);
  scores.iou = iou.value;
  scores.centre_distance = metrics::centre_distance(pair);
  scores.precision = curves.precision;
  scores.recall = curves.recall;
  scores.empty_truth = pair.empty();
  scores.degenerate_block = s.degenerate;
  scores.empty_union = iou.degenerate;
  scores.full_truth = pair.full();
  scores.constant_map = is_constant(pair.prediction);
  scores.single_pixel = pair.pixels() == 1;
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (options.nan_as_reference && s.degenerate) scores.s_measure = kNan;
  if (options.nan_as_reference && iou.degenerate) scores.iou = kNan;
  return scores;
}

data::FloatMap stretched(data::FloatMap map) {
  const auto [min, max] = std::minmax_element(map.values.begin(), map.values.end());
  const float low = *min, range = *max - *min;
  for (float& p : map.values) p = range == 0 ? p / 255.0f : (p - low) / range;
  return map;
}

// 0 / 1 by rule(value, min, max), which must not fall as the value rises.
template <typename Rule>
data::Image binarise(const data::Image& grey, const Rule& rule) {
  SALIX_CHECK(grey.channels == 1 && !grey.empty(),
              "binary_truth: the truth must be grey, [H,W,1], with pixels; got ", grey.height,
              " x ", grey.width, " x ", grey.channels);
  const metrics::LevelRange range = metrics::level_range(grey);
  int first = range.min;  // the lowest value that is foreground; above max if none is
  while (first <= range.max && !rule(first, range.min, range.max)) ++first;
  data::Image binary(grey.height, grey.width, 1);
  std::transform(grey.pixels.begin(), grey.pixels.end(), binary.pixels.begin(),
                 [first](std::uint8_t value) { return static_cast<std::uint8_t>(value >= first); });
  return binary;
}

}  // namespace

double ImageScores::max_f() const {
  const metrics::Curve f = metrics::f_curve({precision, recall});
  return *std::max_element(f.begin(), f.end());
}

ImageScores score_image(const data::FloatMap& prediction, const data::Image& truth,
                        const ScoreOptions& options) {
  return score_pair(metrics::make_pair(prediction, truth), options);
}

ImageScores score_saved_map(const data::Image& map, const data::Image& grey_truth,
                            const ScoreOptions& options) {
  const data::Image truth = binary_truth_of_saved(grey_truth);
  const bool fits = map.height == truth.height && map.width == truth.width;
  return score_pair(
      metrics::make_stretched_pair(
          fits ? map : data::resize_bicubic_pillow(map, truth.height, truth.width), truth),
      options);
}

ImageScores score_at_map_size(const data::FloatMap& map, const data::Image& grey_truth,
                              const ScoreOptions& options) {
  const data::Image truth =
      binary_truth_of_saved(data::resize_bilinear_pillow(grey_truth, map.height, map.width));
  return score_image(stretched(map), truth, options);
}

data::Image binary_truth(const data::Image& grey) {
  return binarise(grey, [](double value, double min, double max) {
    return (value - min) / (max - min + 1e-5) > 0.5;
  });
}

data::Image binary_truth_of_saved(const data::Image& grey) {
  return binarise(grey,
                  [](double value, double, double max) { return value / (max + 1e-8) > 0.5; });
}

void SetScores::add(const ImageScores& scores) {
  ++sum_.images;
  sum_.mae += scores.mae;
  sum_.adaptive_f += scores.adaptive_f;
  sum_.s_measure += scores.s_measure;
  sum_.e_measure += scores.e_measure;
  sum_.weighted_f += scores.weighted_f;
  sum_.iou += scores.iou;
  sum_.centre_distance += scores.centre_distance;
  for (std::size_t t = 0; t < sum_.precision.size(); ++t) {
    sum_.precision[t] += scores.precision[t];
    sum_.recall[t] += scores.recall[t];
  }
  for (const SpecialCase& special : special_cases())
    sum_.*special.of_set += scores.*special.of_image ? 1 : 0;
}

SetSummary SetScores::summary() const {
  SALIX_CHECK(sum_.images > 0, "SetScores: at least one image must have been added; got none");
  SetSummary mean = sum_;
  const auto images = static_cast<double>(sum_.images);
  for (double* value : {&mean.mae, &mean.adaptive_f, &mean.s_measure, &mean.e_measure,
                        &mean.weighted_f, &mean.iou, &mean.centre_distance})
    *value /= images;
  for (double& value : mean.precision) value /= images;
  for (double& value : mean.recall) value /= images;
  mean.f = metrics::f_curve({mean.precision, mean.recall});
  mean.max_f = *std::max_element(mean.f.begin(), mean.f.end());
  return mean;
}

}  // namespace salix
