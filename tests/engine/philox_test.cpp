#include "engine/philox.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace salix {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words words(const PhiloxBlock& block) {
  return {block.word[0], block.word[1], block.word[2], block.word[3]};
}

// The known answers that the authors publish with their Random123 library for philox4x32-10.
TEST(Philox, GivesTheAuthorsKnownAnswers) {
  EXPECT_EQ(words(philox4x32(0, 0, 0, 0, 0, 0)),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(words(philox4x32(ones, ones, ones, ones, ones, ones)),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  // Counter and key from the digits of pi.
  EXPECT_EQ(
      words(philox4x32(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)),
      (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, LaysOutElementsFourToABlock) {
  const PhiloxKey key{0x123456789abcdef0, 7, 9};
  const PhiloxBlock block = philox4x32(5, 1, 9, 7, 0x9abcdef0, 0x12345678);
  for (std::uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(philox_bits(key, (((std::uint64_t{1} << 32) + 5) * 4) + i), block.word[i]);
  }
}

TEST(Philox, SeedStreamStepAndElementAllMatter) {
  std::set<std::uint32_t> seen;
  seen.insert(philox_bits({1, 2, 3}, 4));
  seen.insert(philox_bits({2, 2, 3}, 4));
  seen.insert(philox_bits({1, 3, 3}, 4));
  seen.insert(philox_bits({1, 2, 4}, 4));
  seen.insert(philox_bits({1, 2, 3}, 5));
  seen.insert(philox_bits({1 + (std::uint64_t{1} << 32), 2, 3}, 4));
  EXPECT_EQ(seen.size(), 6U);
}

// Mean 1/2 and variance 1/12, within five standard errors; never 1.
TEST(Philox, UniformFillsTheUnitInterval) {
  constexpr int kCount = 1 << 20;
  double sum = 0, squares = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const float value = philox_uniform({42, 0, 0}, i);
    ASSERT_GE(value, 0.0f);
    ASSERT_LT(value, 1.0f);
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 5 * 0.2887 / 1024);
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 5 * 0.2981 / 1024);
}

}  // namespace
}  // namespace salix
