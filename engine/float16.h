// The two 16-bit float formats, as storage types with rounding to nearest even.
// Arithmetic is done in float; these convert.
#pragma once

#include <cstdint>
#include <cstring>

#include "engine/host_device.h"

namespace salix {

namespace detail {
SALIX_HOST_DEVICE inline std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
SALIX_HOST_DEVICE inline float float_of(std::uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
}  // namespace detail

// The upper half of a float: 8 exponent bits, 7 mantissa bits.
struct bfloat16 {
  std::uint16_t bits;

  bfloat16() = default;
  SALIX_HOST_DEVICE bfloat16(float value) {
    const std::uint32_t wide = detail::bits_of(value);
    const bool is_nan = (wide & 0x7fffffffu) > 0x7f800000u;
    bits =
        is_nan ? 0x7fc0u : static_cast<std::uint16_t>((wide + 0x7fffu + ((wide >> 16) & 1u)) >> 16);
  }
  SALIX_HOST_DEVICE operator float() const {
    return detail::float_of(static_cast<std::uint32_t>(bits) << 16);
  }
};

// IEEE binary16: 5 exponent bits, 10 mantissa bits.
struct float16 {
  std::uint16_t bits;

  float16() = default;
  SALIX_HOST_DEVICE float16(float value) {
    const std::uint32_t wide = detail::bits_of(value);
    const std::uint32_t sign = (wide >> 16) & 0x8000u;
    const std::uint32_t magnitude = wide & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
      bits = 0x7e00u;  // NaN
    } else if (magnitude >= 0x477ff000u) {
      bits = static_cast<std::uint16_t>(sign | 0x7c00u);  // rounds to 65536 or more: infinity
    } else if (magnitude < 0x38800000u) {
      // Subnormal: adding 0.5 aligns the mantissa so that the FPU rounds it to nearest even.
      const float aligned = detail::float_of(magnitude) + 0.5f;
      bits = static_cast<std::uint16_t>(sign | (detail::bits_of(aligned) - 0x3f000000u));
    } else {
      const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u) - 0x38000000u;
      bits = static_cast<std::uint16_t>(sign | (rounded >> 13));
    }
  }
  SALIX_HOST_DEVICE operator float() const {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t exponent = (bits >> 10) & 0x1fu;
    const std::uint32_t mantissa = bits & 0x3ffu;
    if (exponent == 31) return detail::float_of(sign | 0x7f800000u | (mantissa << 13));
    if (exponent != 0) return detail::float_of(sign | ((exponent + 112) << 23) | (mantissa << 13));
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
};

}  // namespace salix
