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
  float16(float value);
  operator float() const;
};

}  // namespace salix
