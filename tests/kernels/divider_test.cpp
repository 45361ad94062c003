#include "kernels/common/divider.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "tests/support/tensors.h"

namespace salix::kernels {
namespace {

constexpr std::uint32_t kLargest = 0x7fffffff;

// At each divisor's own multiples, where a quotient changes, and at the ends of the range.
TEST(Divider, DividesExactly) {
  std::vector<std::uint32_t> divisors{
      kLargest, kLargest - 1, 1u << 30, (1u << 30) + 1, 65535, 65536, 65537, 1000003, 641, 6700417};
  for (std::uint32_t divisor = 1; divisor <= 1100; ++divisor) divisors.push_back(divisor);
  for (const std::uint32_t divisor : divisors) {
    const Divider divider(divisor);
    const auto check = [&](std::uint64_t n) {
      if (n > kLargest) return;
      ASSERT_EQ(divider.quotient(static_cast<std::uint32_t>(n)), n / divisor)
          << n << " / " << divisor;
    };
    for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{kLargest} - 1,
                                  std::uint64_t{kLargest}}) {
      check(n);
    }
    for (std::uint64_t step = 1; step < 2000; ++step) {
      const std::uint64_t multiple = std::uint64_t{divisor} * step;
      const std::uint64_t high = std::uint64_t{kLargest} / divisor * divisor -
                                 std::min<std::uint64_t>(step, kLargest / divisor) * divisor;
      for (const std::uint64_t near : {multiple, high}) {
        check(near);
        check(near + 1);
        if (near > 0) check(near - 1);
      }
    }
  }
}

TEST(Divider, RefusesWhatItCannotDivideBy) {
  EXPECT_THAT(testing::error_of([] { Divider(0); }),
              ::testing::HasSubstr("must be in [1, 2^31); got 0"));
  EXPECT_THAT(testing::error_of([] { Divider(std::int64_t{1} << 31); }),
              ::testing::HasSubstr("got 2147483648"));
}

}  // namespace
}  // namespace salix::kernels
