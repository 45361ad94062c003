#include "engine/short_waits.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace salix {
namespace {

// What the second start of this very program runs.
TEST(ShortWaits, DISABLED_SecondStart) {
  ASSERT_NE(std::getenv("GOMP_SPINCOUNT"), nullptr);
  EXPECT_STREQ(std::getenv("GOMP_SPINCOUNT"), "1000");
  EXPECT_STREQ(std::getenv("KMP_BLOCKTIME"), "0");
}

[[noreturn]] void start_again(bool user_has_chosen) {
  ::unsetenv("GOMP_SPINCOUNT");
  ::unsetenv("KMP_BLOCKTIME");
  ::unsetenv("OMP_WAIT_POLICY");
  if (user_has_chosen) ::setenv("OMP_WAIT_POLICY", "active", 1);
  std::vector<std::string> words{"engine_tests", "--gtest_also_run_disabled_tests",
                                 "--gtest_filter=ShortWaits.DISABLED_SecondStart"};
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  keep_waits_short(raw.data());
  std::exit(42);  // still the first start
}

TEST(ShortWaitsDeathTest, AreSetByASecondStart) {
  EXPECT_EXIT(start_again(false), ::testing::ExitedWithCode(0), "");
}

TEST(ShortWaitsDeathTest, AreTheUsersWhoHasChosen) {
  EXPECT_EXIT(start_again(true), ::testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace salix
