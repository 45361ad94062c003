// The metrics of salient object detection, one function each, in float64. The reference is the
// evaluation code of A2S-v2 (CVPR 2023); its departures from the papers are kept and named here.
// p is the prediction, g the truth as 0 or 1, N = H W pixels.
#pragma once

#include <array>
#include <cstdint>

#include "train/metrics/saliency_pair.h"

namespace salix::metrics {

constexpr int kCurvePoints = 255;
using Curve = std::array<double, kCurvePoints>;

// mean |p - g|
double mean_absolute_error(const SaliencyPair& pair);

// F = 1.3 P R / (0.3 P + R + eps): beta^2 = 0.3 weighs precision above recall.
double f_beta(double precision, double recall, double epsilon);

// Point t counts as positive what has trunc(255 p) >= 254 - t, so levels 254 and 255 share
// the first point. precision = TP / (TP + FP + 1e-8), recall = TP / sum g; both are zero
// throughout when the truth is empty.
struct PrecisionRecall {
  Curve precision{}, recall{};
};
PrecisionRecall precision_recall(const SaliencyPair& pair);
// F at every point (eps = 1e-8). Sets average precision and recall first, then call this.
Curve f_curve(const PrecisionRecall& curves);

// B = p >= min(2 mean(p), 1). An all-zero prediction has the threshold 0: all is positive.
struct AdaptiveMap {
  std::int64_t positives = 0;       // |B|
  std::int64_t true_positives = 0;  // |B and g|
};
AdaptiveMap adaptive_map(const SaliencyPair& pair);
// "Mean-F" in the original output, F_beta in the paper's tables; not the mean of the curve.
double adaptive_f(const SaliencyPair& pair, const AdaptiveMap& map);

// E-measure (Fan et al., IJCAI 2018) of B. The divisor is N - 1, so it can exceed 1 a little; an
// image of one pixel, where the reference divides by 1e-8, is divided by 1: right is 1, wrong 0.
double e_measure(const SaliencyPair& pair, const AdaptiveMap& map);

// S-measure (Fan et al., ICCV 2017) with alpha = 0.5. Variances divide by n and covariances
// by n - 1, so a perfect prediction exceeds 1 a little; values below 0 are kept.
//
// Undefined in the reference (NaN): a block without pixels, where the object's centre is on
// the last row or column, and a block of one pixel. Here the former scores 0 (its weight is
// 0), and the latter's covariance is 0; `degenerate` says that it happened.
struct SMeasure {
  double value = 0;
  bool degenerate = false;
};
SMeasure s_measure(const SaliencyPair& pair);

// Weighted F (Margolin et al., CVPR 2014) with beta = 1; 0 when the truth is empty.
double weighted_f(const SaliencyPair& pair);

// |b and g| / |b or g| with b = p > 0.5. Both empty is 0 / 0 in the reference; here they
// agree: 1, and `degenerate` says so.
struct Iou {
  double value = 0;
  bool degenerate = false;
};
Iou intersection_over_union(const SaliencyPair& pair);

// Distance of the mean positions of b and g over (W + 1e-5); 320 / (W + 1e-5) when either
// is empty.
double centre_distance(const SaliencyPair& pair);

}  // namespace salix::metrics
