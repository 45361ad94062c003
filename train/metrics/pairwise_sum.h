// Sums in the order of NumPy's pairwise summation (what np.sum does with a contiguous array).
#pragma once

#include <array>
#include <cstdint>

namespace salix::metrics {

// value(begin) + ... + value(end - 1) in float64, equal to np.sum to the bit.
//
// The order matters where a sum decides: the adaptive threshold is twice a mean, and a pixel
// may lie exactly on it. Eight independent sums also let the compiler use vector lanes.
template <typename Value>
double pairwise_sum(std::int64_t begin, std::int64_t end, const Value& value) {
  constexpr std::int64_t kLanes = 8, kBlock = 128;
  const std::int64_t count = end - begin;
  if (count > kBlock) {
    const std::int64_t half = count / 2, middle = begin + half - half % kLanes;
    return pairwise_sum(begin, middle, value) + pairwise_sum(middle, end, value);
  }
  double sum = 0;
  std::int64_t i = begin;
  if (count >= kLanes) {
    std::array<double, kLanes> lane;
    for (std::int64_t k = 0; k < kLanes; ++k) lane[k] = value(begin + k);
    for (i = begin + kLanes; i + kLanes <= end; i += kLanes) {
      for (std::int64_t k = 0; k < kLanes; ++k) lane[k] += value(i + k);
    }
    sum = ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  }
  for (; i < end; ++i) sum += value(i);
  return sum;
}

}  // namespace salix::metrics
