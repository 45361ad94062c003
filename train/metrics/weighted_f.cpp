#include <algorithm>
#include <cmath>
#include <iterator>

#include "train/metrics/measures.h"
#include "train/metrics/nearest_foreground.h"

namespace salix::metrics {
namespace {

constexpr int kRadius = 3;  // of the 7 x 7 Gaussian
constexpr int kTaps = 2 * kRadius + 1;
constexpr double kSigma = 5;
constexpr double kEpsilon = 1e-6;

// One axis of the normalised Gaussian: the 7 x 7 one is its outer product with itself.
std::array<double, kTaps> gaussian() {
  std::array<double, kTaps> weights{};
  double sum = 0;
  for (int k = 0; k < kTaps; ++k) {
    const double distance = k - kRadius;
    sum += weights[k] = std::exp(-distance * distance / (2 * kSigma * kSigma));
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

// B = 2 - exp(ln(0.5) / 5 D): what an error counts at distance D from the foreground.
double background_weight(double squared_distance) {
  return 2 - std::exp(std::log(0.5) / 5 * std::sqrt(squared_distance));
}

// The weighted errors Ew, summed over foreground and background. Row by row: whole arrays of
// distances, transferred and smoothed errors would cost more time in page faults than all
// arithmetic.
class WeightedErrors {
 public:
  explicit WeightedErrors(const SaliencyPair& pair)
      : pair_(pair),
        width_(static_cast<std::size_t>(pair.width)),
        nearest_(pair.truth, pair.height, pair.width),
        index_(width_),
        distance_(width_),
        transferred_(kTaps * width_),
        column_mean_(width_ + 2 * kRadius, 0.0),
        smoothed_(width_) {
    find_foreground();
    for (int y = -kRadius; y < pair.height + kRadius; ++y) add_row(y);
  }

  double foreground() const { return foreground_; }
  double background() const { return background_; }

 private:
  // EA is read on the foreground only, so this box of it is all that needs smoothing.
  void find_foreground() {
    top_ = pair_.height;
    left_ = width_;
    for (int y = 0; y < pair_.height; ++y) {
      const std::uint8_t* row = pair_.truth.data() + static_cast<std::size_t>(y) * width_;
      const std::uint8_t* first = std::find(row, row + width_, std::uint8_t{1});
      if (first == row + width_) continue;
      const auto last = std::find(std::reverse_iterator(row + width_), std::reverse_iterator(first),
                                  std::uint8_t{1});
      top_ = std::min(top_, y);
      bottom_ = y;
      left_ = std::min(left_, static_cast<std::size_t>(first - row));
      right_ = std::max(right_, static_cast<std::size_t>(last.base() - row));
    }
  }

  // Rows beyond the image are zero for the Gaussian; rows far from the foreground and without
  // error need no distances.
  void add_row(int y) {
    const bool inside = y >= 0 && y < pair_.height;
    const bool smoothing = y >= top_ - kRadius && y <= bottom_ + kRadius;
    if (inside && (smoothing || has_error(y))) {
      nearest_.row(y, index_, distance_);
      add_background(y);
    }
    if (!smoothing) return;
    double* transferred = transferred_row(y);
    // Et: the error of the nearest foreground pixel, |p - 1| there.
    for (std::size_t x = 0; x < width_; ++x)
      transferred[x] = inside ? 1 - pair_.prediction[static_cast<std::size_t>(index_[x])] : 0;
    if (y - kRadius >= top_) add_foreground(y - kRadius);
  }

  bool has_error(int y) const {
    const double* p = pair_.prediction.data() + static_cast<std::size_t>(y) * width_;
    return std::any_of(p, p + width_, [](double value) { return value != 0; });
  }

  // Ew = p B.
  void add_background(int y) {
    const std::size_t row = static_cast<std::size_t>(y) * width_;
    for (std::size_t x = 0; x < width_; ++x) {
      const double p = pair_.prediction[row + x];
      if (pair_.truth[row + x] == 0 && p != 0) background_ += p * background_weight(distance_[x]);
    }
  }

  // Ew = min(E, EA), with EA the Gaussian mean of Et: down the columns, then along the row.
  void add_foreground(int y) {
    std::array<const double*, kTaps> rows{};
    for (int k = 0; k < kTaps; ++k) rows[k] = transferred_row(y + k - kRadius);
    double* mean = column_mean_.data() + kRadius;  // between margins of zeros
    const std::size_t begin = left_ < kRadius ? 0 : left_ - kRadius;
    const std::size_t end = std::min(right_ + kRadius, width_);
    for (std::size_t x = begin; x < end; ++x) {
      double sum = 0;
      for (int k = 0; k < kTaps; ++k) sum += gaussian_[k] * rows[k][x];
      mean[x] = sum;
    }
    double* smoothed = smoothed_.data();
    for (std::size_t x = left_; x < right_; ++x) {
      double sum = 0;
      for (int k = 0; k < kTaps; ++k) sum += gaussian_[k] * column_mean_[x + k];
      smoothed[x] = sum;
    }
    const std::size_t row = static_cast<std::size_t>(y) * width_;
    for (std::size_t x = left_; x < right_; ++x)
      foreground_ += pair_.truth[row + x] * std::min(1 - pair_.prediction[row + x], smoothed_[x]);
  }

  double* transferred_row(int y) {  // y >= -kRadius; the last kTaps rows are kept
    return transferred_.data() + static_cast<std::size_t>((y + kTaps) % kTaps) * width_;
  }

  const std::array<double, kTaps> gaussian_ = gaussian();
  const SaliencyPair& pair_;
  std::size_t width_;
  int top_ = 0, bottom_ = 0;          // first and last row with foreground
  std::size_t left_ = 0, right_ = 0;  // its columns [left, right)
  NearestForeground nearest_;
  std::vector<std::int32_t> index_, distance_;
  std::vector<double> transferred_, column_mean_, smoothed_;
  double foreground_ = 0, background_ = 0;
};

}  // namespace

double weighted_f(const SaliencyPair& pair) {
  if (pair.empty()) return 0;
  const WeightedErrors errors(pair);
  const auto foreground = static_cast<double>(pair.foreground);
  const double hits = foreground - errors.foreground();
  const double recall = 1 - errors.foreground() / foreground;
  const double precision = hits / (kEpsilon + hits + errors.background());
  return 2 * recall * precision / (kEpsilon + recall + precision);
}

}  // namespace salix::metrics
