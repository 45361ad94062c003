#include "train/report/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "train/report/numbers.h"

namespace salix::report {
namespace {

// The places of the lowest and the highest finite value in [begin, end), in their order; `end`
// twice when there is none.
std::pair<std::size_t, std::size_t> extremes(const std::vector<double>& values, std::size_t begin,
                                             std::size_t end) {
  std::size_t low = end, high = end;
  for (std::size_t k = begin; k < end; ++k) {
    if (!std::isfinite(values[k])) continue;
    if (low == end || values[k] < values[low]) low = k;
    if (high == end || values[k] > values[high]) high = k;
  }
  return {std::min(low, high), std::max(low, high)};
}

std::pair<double, double> range(std::span<const data::Series> series,
                                std::vector<double> data::Series::*values) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const data::Series& one : series) {
    for (const double value : one.*values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return low <= high ? std::pair{low, high} : std::pair{0.0, 1.0};
}

}  // namespace

data::Series thinned(const data::Series& series, std::size_t most) {
  const std::size_t count = series.y.size(), stretches = most / 2;
  if (count <= most) return series;
  data::Series few = series;
  few.x.clear();
  few.y.clear();
  for (std::size_t s = 0; s < stretches; ++s) {
    const std::size_t begin = s * count / stretches, end = (s + 1) * count / stretches;
    auto [first, second] = extremes(series.y, begin, end);
    if (first == end) first = second = begin;  // the gap itself
    few.x.push_back(series.x[first]);
    few.y.push_back(series.y[first]);
    if (second == first) continue;
    few.x.push_back(series.x[second]);
    few.y.push_back(series.y[second]);
  }
  return few;
}

std::size_t mean_window(std::size_t steps) { return std::clamp<std::size_t>(steps / 20, 5, 500); }

data::Series running_mean(const data::Series& series, std::size_t window, std::size_t most) {
  const std::size_t count = series.y.size(), points = std::min(count, most);
  data::Series means = series;
  means.x.clear();
  means.y.clear();
  for (std::size_t p = 1; p <= points; ++p) {
    const std::size_t last = p * count / points - 1;
    const std::size_t first = last + 1 - std::min(window, last + 1);
    means.x.push_back(series.x[last]);
    means.y.push_back(mean(std::span(series.y).subspan(first, last + 1 - first)));
  }
  return means;
}

data::Axis axis_around(std::span<const data::Series> series, const char* title, bool from_zero) {
  const auto [low, high] = range(series, &data::Series::y);
  // A flat line would have an axis without length.
  const double length = high > low ? high - low : std::max(std::abs(high), 1e-6);
  const double air = 0.06 * length;
  if (from_zero && low >= 0) return {title, 0, high > 0 ? high * 1.06 : 1};
  return {title, low - air, high + air};
}

data::Axis x_axis_around(std::span<const data::Series> series, const char* title) {
  const auto [low, high] = range(series, &data::Series::x);
  if (high > low) return {title, low, high, /*whole=*/true};
  return {title, low - 1, high + 1, /*whole=*/true};
}

}  // namespace salix::report
