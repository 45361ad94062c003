// The natural logarithm without branches or tables, so that compilers turn loops over it into
// SIMD code; the companion of fast_exp in vector_math.h.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/float16.h"
#include "engine/host_device.h"

namespace salix::kernels {

// log(x) in float for positive normal x, within 2 units in the last place (of 1, where the
// logarithm is smaller); 0 gives about -88.
// x = 2^n f with f in [0.7, 1.4]; log f = 2 atanh(s), s = (f - 1) / (f + 1), |s| < 0.172, by
// its series, whose next term is below 1e-9.
SALIX_HOST_DEVICE inline float fast_log(float x) {
#ifdef __CUDA_ARCH__
  return logf(x);
#else
  constexpr std::uint32_t kRootHalf = 0x3F3504F3u;  // the bits of sqrt(1/2)
  const std::uint32_t above = detail::bits_of(x) - kRootHalf;
  const auto n = static_cast<float>(static_cast<std::int32_t>(above) >> 23);
  const float f = detail::float_of((above & 0x007FFFFFu) + kRootHalf);
  const float s = (f - 1.0f) / (f + 1.0f), square = s * s;
  float series = 1.0f / 9;
  series = series * square + 1.0f / 7;
  series = series * square + 1.0f / 5;
  series = series * square + 1.0f / 3;
  // ln2 in two parts: n * 0.693359375 is exact.
  const float small = 2.0f * s * square * series - n * 2.12194440e-4f;
  return n * 0.693359375f + (2.0f * s + small);
#endif
}
inline double fast_log(double x) { return std::log(x); }

}  // namespace salix::kernels
