#include <algorithm>

#include "train/metrics/measures.h"
#include "train/metrics/pairwise_sum.h"

namespace salix::metrics {
namespace {

constexpr double kBetaSquared = 0.3;
constexpr double kEpsilon = 1e-8;

// Pixels of each level, background and foreground apart. Four tables in turn: neighbours
// mostly have one level, and an increment right after one of the same counter waits for it.
struct LevelCounts {
  std::array<std::int64_t, 256> background{}, foreground{};
};

LevelCounts count_levels(const SaliencyPair& pair) {
  constexpr std::size_t kTables = 4;
  std::array<std::array<std::uint32_t, 512>, kTables> tables{};
  const std::size_t count = pair.level.size();
  for (std::size_t i = 0; i < count; ++i)
    ++tables[i % kTables][pair.level[i] + std::size_t{256} * pair.truth[i]];
  LevelCounts counts;
  for (const auto& table : tables) {
    for (std::size_t level = 0; level < 256; ++level) {
      counts.background[level] += table[level];
      counts.foreground[level] += table[256 + level];
    }
  }
  return counts;
}

}  // namespace

double f_beta(double precision, double recall, double epsilon) {
  return (1 + kBetaSquared) * precision * recall / (kBetaSquared * precision + recall + epsilon);
}

PrecisionRecall precision_recall(const SaliencyPair& pair) {
  PrecisionRecall curves;
  if (pair.empty()) return curves;
  const LevelCounts counts = count_levels(pair);
  std::int64_t true_positives = counts.foreground[255], false_positives = counts.background[255];
  for (std::size_t t = 0; t < kCurvePoints; ++t) {
    true_positives += counts.foreground[254 - t];
    false_positives += counts.background[254 - t];
    const auto hits = static_cast<double>(true_positives);
    curves.precision[t] = hits / (hits + static_cast<double>(false_positives) + kEpsilon);
    curves.recall[t] = hits / static_cast<double>(pair.foreground);
  }
  return curves;
}

Curve f_curve(const PrecisionRecall& curves) {
  Curve f{};
  for (std::size_t t = 0; t < kCurvePoints; ++t)
    f[t] = f_beta(curves.precision[t], curves.recall[t], kEpsilon);
  return f;
}

AdaptiveMap adaptive_map(const SaliencyPair& pair) {
  const double* p = pair.prediction.data();
  const double sum = pairwise_sum(0, pair.pixels(), [=](std::int64_t i) { return p[i]; });
  const double threshold = std::min(2 * (sum / static_cast<double>(pair.pixels())), 1.0);
  AdaptiveMap map;
  for (std::size_t i = 0; i < pair.prediction.size(); ++i) {
    const int positive = p[i] >= threshold ? 1 : 0;
    map.positives += positive;
    map.true_positives += positive & pair.truth[i];
  }
  return map;
}

double adaptive_f(const SaliencyPair& pair, const AdaptiveMap& map) {
  if (map.true_positives == 0) return 0;
  const auto hits = static_cast<double>(map.true_positives);
  return f_beta(hits / static_cast<double>(map.positives),
                hits / static_cast<double>(pair.foreground), 0);
}

}  // namespace salix::metrics
