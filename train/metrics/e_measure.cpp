#include "train/metrics/measures.h"

namespace salix::metrics {
namespace {

// The enhanced alignment of one pixel, whose binary values have been freed of their means.
double alignment(double b, double g) {
  const double phi = 2 * b * g / (b * b + g * g + 1e-8);
  return (phi + 1) * (phi + 1) / 4;
}

}  // namespace

// B and g are binary, so the matrix has four different values: their counts are enough.
double e_measure(const SaliencyPair& pair, const AdaptiveMap& map) {
  const auto pixels = static_cast<double>(pair.pixels());
  const auto positives = static_cast<double>(map.positives);
  const auto foreground = static_cast<double>(pair.foreground);
  double sum = 0;
  if (pair.empty()) {
    sum = pixels - positives;
  } else if (pair.full()) {
    sum = positives;
  } else {
    const double b = positives / pixels, g = foreground / pixels;  // the means
    const auto both = static_cast<double>(map.true_positives);
    const double only_b = positives - both, only_g = foreground - both;
    sum = both * alignment(1 - b, 1 - g) + only_b * alignment(1 - b, -g) +
          only_g * alignment(-b, 1 - g) + (pixels - both - only_b - only_g) * alignment(-b, -g);
  }
  // The reference's N - 1 is 0 for one pixel, and its score of that image 1e8.
  return pixels == 1 ? sum : sum / (pixels - 1 + 1e-8);
}

}  // namespace salix::metrics
