// The tolerances of all tests, by name. One is widened only with a written reason.
#pragma once

#include <cmath>
#include <cstdint>

namespace salix::testing {

struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

namespace tolerance {

inline constexpr Tolerance exact{0, 0};
// One rounding or a few per element.
inline constexpr Tolerance elementwise{1e-6, 1e-5};
// The same in float64.
inline constexpr Tolerance elementwise64{1e-14, 1e-12};
// bfloat16 storage with float accumulation.
inline constexpr Tolerance bfloat16{4e-2, 4e-2};
// Networks against printed check numbers.
inline constexpr Tolerance network{1e-5, 1e-4};

// Sums of `terms` products whose absolute values add up to `magnitude`:
// 4 sqrt(K) 2^-24 times that sum.
inline Tolerance reduction(std::int64_t terms, double magnitude) {
  return {4.0 * std::sqrt(static_cast<double>(terms)) * 0x1p-24 * magnitude, 0};
}

// Sums kept accurate (in chunks, or in double) of terms whose absolute values add up to
// `magnitude`: sixteen roundings of it, however many terms there are.
inline Tolerance accurate_sum(double magnitude) { return {16 * 0x1p-24 * magnitude, 0}; }

}  // namespace tolerance
}  // namespace salix::testing
