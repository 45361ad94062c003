#include <cmath>

#include "train/metrics/measures.h"
#include "train/metrics/pairwise_sum.h"

namespace salix::metrics {

double mean_absolute_error(const SaliencyPair& pair) {
  const double* p = pair.prediction.data();
  const std::uint8_t* g = pair.truth.data();
  const double sum =
      pairwise_sum(0, pair.pixels(), [=](std::int64_t i) { return std::abs(p[i] - g[i]); });
  return sum / static_cast<double>(pair.pixels());
}

}  // namespace salix::metrics
