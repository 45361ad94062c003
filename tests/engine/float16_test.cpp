// Both 16-bit formats against their definition: the nearest representable value, and of two
// equally near ones that with the even last bit. The oracle decodes all 65536 patterns with
// ldexp and shares nothing with the conversions.
#include "engine/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/philox.h"

namespace salix {
namespace {

// The value of a sign-less 16-bit pattern, by the book.
double decode(std::uint16_t bits, int mantissa_bits, int bias) {
  const int exponent = bits >> mantissa_bits;
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  if (exponent == 0) return std::ldexp(mantissa, 1 - bias - mantissa_bits);
  return std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
}

template <typename T>
struct Format;
template <>
struct Format<float16> {
  static constexpr int kMantissaBits = 10, kBias = 15;
  static constexpr std::uint16_t kInfinity = 0x7c00;
};
template <>
struct Format<bfloat16> {
  static constexpr int kMantissaBits = 7, kBias = 127;
  static constexpr std::uint16_t kInfinity = 0x7f80;
};

template <typename T>
class Float16Format : public ::testing::Test {};
struct FormatNames {
  template <typename T>
  static std::string GetName(int) {
    return sizeof(T) == 2 && Format<T>::kBias == 15 ? "float16" : "bfloat16";
  }
};
using Formats = ::testing::Types<float16, bfloat16>;
TYPED_TEST_SUITE(Float16Format, Formats, FormatNames);

TYPED_TEST(Float16Format, DecodesEveryPattern) {
  using F = Format<TypeParam>;
  for (int pattern = 0; pattern < F::kInfinity; ++pattern) {
    TypeParam value;
    value.bits = static_cast<std::uint16_t>(pattern);
    const double expected = decode(value.bits, F::kMantissaBits, F::kBias);
    ASSERT_EQ(static_cast<float>(value), expected) << pattern;
    value.bits |= 0x8000;
    ASSERT_EQ(static_cast<float>(value), -expected) << pattern;
    ASSERT_TRUE(std::signbit(static_cast<float>(value))) << pattern;
  }
}

TYPED_TEST(Float16Format, RoundTripsEveryPattern) {
  for (int pattern = 0; pattern <= 0xffff; ++pattern) {
    TypeParam value;
    value.bits = static_cast<std::uint16_t>(pattern);
    const float wide = value;
    if (std::isnan(wide)) {
      ASSERT_TRUE(std::isnan(static_cast<float>(TypeParam(wide)))) << pattern;
    } else {
      ASSERT_EQ(TypeParam(wide).bits, pattern);
    }
  }
}

// At the midpoint of each two neighbours, and one float to either side of it.
TYPED_TEST(Float16Format, RoundsToNearestEven) {
  using F = Format<TypeParam>;
  for (int low = 0; low < F::kInfinity; ++low) {
    const int high = low + 1;  // infinity stands for the next power of two here
    const double below = decode(static_cast<std::uint16_t>(low), F::kMantissaBits, F::kBias);
    const double above = decode(static_cast<std::uint16_t>(high), F::kMantissaBits, F::kBias);
    const auto middle = static_cast<float>((below + above) / 2);
    const int even = low % 2 == 0 ? low : high;
    for (const int sign : {0, 0x8000}) {
      const float signed_middle = sign == 0 ? middle : -middle;
      ASSERT_EQ(TypeParam(signed_middle).bits, sign | even) << low;
      ASSERT_EQ(TypeParam(std::nextafter(signed_middle, 0.0f)).bits, sign | low) << low;
      const float outwards = std::numeric_limits<float>::infinity() * (sign == 0 ? 1.0f : -1.0f);
      ASSERT_EQ(TypeParam(std::nextafter(signed_middle, outwards)).bits, sign | high) << low;
    }
  }
}

TYPED_TEST(Float16Format, KeepsInfinityAndNan) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(TypeParam(infinity).bits, Format<TypeParam>::kInfinity);
  EXPECT_EQ(TypeParam(-infinity).bits, 0x8000 | Format<TypeParam>::kInfinity);
  EXPECT_EQ(TypeParam(std::numeric_limits<float>::max()).bits, Format<TypeParam>::kInfinity);
  // NaNs whose upper mantissa bits are zero must not become infinities.
  for (const std::uint32_t payload : {0x7f800001u, 0x7fc00000u, 0x7fffffffu, 0xff800001u}) {
    EXPECT_TRUE(std::isnan(static_cast<float>(TypeParam(detail::float_of(payload)))));
  }
}

// Any float lies between its image's neighbours: a million random bit patterns.
TYPED_TEST(Float16Format, IsMonotonicOnRandomFloats) {
  using F = Format<TypeParam>;
  for (std::uint64_t i = 0; i < 1000000; ++i) {
    const float value = detail::float_of(philox_bits({1, 0, 0}, i) & 0x7fffffffu);
    if (std::isnan(value)) continue;
    const std::uint16_t bits = TypeParam(value).bits;
    const double image = decode(bits, F::kMantissaBits, F::kBias);
    const double step =
        decode(static_cast<std::uint16_t>(bits + 1), F::kMantissaBits, F::kBias) - image;
    if (bits == F::kInfinity) {
      ASSERT_GE(value, image - step / 4) << value;
    } else {
      ASSERT_LE(std::abs(value - image), step / 2) << value;
    }
  }
}

}  // namespace
}  // namespace salix
