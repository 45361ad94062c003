#include <cmath>

#include "train/metrics/measures.h"
#include "train/metrics/moments.h"
#include "train/metrics/pairwise_sum.h"

namespace salix::metrics {
namespace {

constexpr double kEpsilon = 1e-8;

struct Block {
  int top, bottom, left, right;  // rows [top, bottom), columns [left, right)
  std::int64_t pixels() const { return std::int64_t{bottom - top} * (right - left); }
};

// Around the pixel after the object's centre; nearbyint rounds halves to even, as Python does.
std::array<Block, 4> blocks_around_centre(const SaliencyPair& pair) {
  const std::uint8_t* g = pair.truth.data();
  const Moments object =
      moments_of(pair.height, pair.width, [=](std::int64_t i) { return g[i] != 0; });
  const int y = static_cast<int>(std::nearbyint(object.row())) + 1;
  const int x = static_cast<int>(std::nearbyint(object.column())) + 1;
  return {{{0, y, 0, x},
           {0, y, x, pair.width},
           {y, pair.height, 0, x},
           {y, pair.height, x, pair.width}}};
}

// Two passes over the pixels serve all formulas; their sums run over a block each.
struct FirstSums {
  double p = 0;           // of p - first
  double g = 0;           // of g
  double on_object = 0;   // of p g
  double off_object = 0;  // of (1 - p) (1 - g)
  double first = 0;       // the block's first pixel, see block_score
};

FirstSums first_sums(const SaliencyPair& pair, const Block& block) {
  const double first =
      pair.prediction[static_cast<std::size_t>(std::int64_t{block.top} * pair.width + block.left)];
  double sum_p = 0, sum_g = 0, on_object = 0, off_object = 0;
  for (int y = block.top; y < block.bottom; ++y) {
    const double* p = pair.prediction.data() + std::int64_t{y} * pair.width;
    const std::uint8_t* truth = pair.truth.data() + std::int64_t{y} * pair.width;
#pragma omp simd reduction(+ : sum_p, sum_g, on_object, off_object)
    for (int x = block.left; x < block.right; ++x) {
      const double g = truth[x];
      sum_p += p[x] - first;
      sum_g += g;
      on_object += p[x] * g;
      off_object += (1 - p[x]) * (1 - g);
    }
  }
  return {sum_p, sum_g, on_object, off_object, first};
}

struct Means {
  double x, y;                   // of the block's p and g
  double on_object, off_object;  // of p on the object, of 1 - p off it, in the whole image
};

struct SquareSums {
  double xx = 0, xy = 0;                 // (p - x)^2 and (p - x)(g - y) over the block
  double on_object = 0, off_object = 0;  // squared distances from those means
};

SquareSums square_sums(const SaliencyPair& pair, const Block& block, const Means& mean) {
  double xx = 0, xy = 0, on_object = 0, off_object = 0;
  for (int y = block.top; y < block.bottom; ++y) {
    const double* p = pair.prediction.data() + std::int64_t{y} * pair.width;
    const std::uint8_t* truth = pair.truth.data() + std::int64_t{y} * pair.width;
#pragma omp simd reduction(+ : xx, xy, on_object, off_object)
    for (int x = block.left; x < block.right; ++x) {
      const double g = truth[x], dx = p[x] - mean.x;
      const double on = p[x] - mean.on_object, off = 1 - p[x] - mean.off_object;
      xx += dx * dx;
      xy += dx * (g - mean.y);
      on_object += g * (on * on);
      off_object += (1 - g) * (off * off);
    }
  }
  return {xx, xy, on_object, off_object};
}

// O = 2 m / (m^2 + 1 + s + eps), from the mean m and the deviation s of the object's values.
double object_score(double mean, double squares, double count) {
  return 2 * mean / (mean * mean + 1 + std::sqrt(squares / count) + kEpsilon);
}

// The structural similarity of a block, with the reference's mixed divisors.
double block_score(const Means& mean, const SquareSums& sums, double n) {
  const double x = mean.x, y = mean.y;
  const double variance_x = sums.xx / n, variance_y = y * (1 - y);  // g is 0 or 1
  const double covariance = n == 1 ? 0 : sums.xy / (n - 1);
  const double a = 4 * x * y * covariance;
  const double b = (x * x + y * y) * (variance_x + variance_y);
  if (a != 0) return a / (b + kEpsilon);
  // A block of equal values under empty or full truth. Its mean was taken relative to its
  // first pixel: one that is off by a bit would leave a variance of 1e-33 and score 0.
  return b == 0 ? 1 : 0;
}

}  // namespace

SMeasure s_measure(const SaliencyPair& pair) {
  const auto pixels = static_cast<double>(pair.pixels());
  if (pair.empty() || pair.full()) {
    const double* p = pair.prediction.data();
    const double mean =
        pairwise_sum(0, pair.pixels(), [=](std::int64_t i) { return p[i]; }) / pixels;
    return {.value = pair.empty() ? 1 - mean : mean};
  }
  const std::array<Block, 4> blocks = blocks_around_centre(pair);
  std::array<FirstSums, 4> first;
  double on_object = 0, off_object = 0;
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    if (blocks[k].pixels() == 0) continue;
    first[k] = first_sums(pair, blocks[k]);
    on_object += first[k].on_object;
    off_object += first[k].off_object;
  }
  const auto object = static_cast<double>(pair.foreground), ground = pixels - object;

  SMeasure score;
  double region = 0, on_squares = 0, off_squares = 0;
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    const auto n = static_cast<double>(blocks[k].pixels());
    score.degenerate |= n < 2;
    if (n == 0) continue;
    const Means mean{.x = first[k].first + first[k].p / n,
                     .y = first[k].g / n,
                     .on_object = on_object / object,
                     .off_object = off_object / ground};
    const SquareSums sums = square_sums(pair, blocks[k], mean);
    region += n / pixels * block_score(mean, sums, n);
    on_squares += sums.on_object;
    off_squares += sums.off_object;
  }
  const double share = object / pixels;
  const double objects = share * object_score(on_object / object, on_squares, object) +
                         (1 - share) * object_score(off_object / ground, off_squares, ground);
  score.value = 0.5 * objects + 0.5 * region;
  return score;
}

}  // namespace salix::metrics
