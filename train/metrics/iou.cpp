#include <cmath>

#include "train/metrics/measures.h"
#include "train/metrics/moments.h"

namespace salix::metrics {
namespace {

constexpr double kThreshold = 0.5;

}  // namespace

Iou intersection_over_union(const SaliencyPair& pair) {
  std::int64_t both = 0, either = 0;
  for (std::size_t i = 0; i < pair.prediction.size(); ++i) {
    const int b = pair.prediction[i] > kThreshold ? 1 : 0;
    both += b & pair.truth[i];
    either += b | pair.truth[i];
  }
  if (either == 0) return {.value = 1, .degenerate = true};
  return {.value = static_cast<double>(both) / static_cast<double>(either)};
}

double centre_distance(const SaliencyPair& pair) {
  const double scale = pair.width + 1e-5;
  const double* p = pair.prediction.data();
  const std::uint8_t* truth = pair.truth.data();
  const Moments b =
      moments_of(pair.height, pair.width, [=](std::int64_t i) { return p[i] > kThreshold; });
  if (pair.empty() || b.count == 0) return 320 / scale;
  const Moments g =
      moments_of(pair.height, pair.width, [=](std::int64_t i) { return truth[i] != 0; });
  return std::hypot(b.row() - g.row(), b.column() - g.column()) / scale;
}

}  // namespace salix::metrics
