#include "train/loop/stop_signal.h"

#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/tensors.h"

namespace salix {
namespace {

TEST(StopSignal, TheFirstSignalIsAWish) {
  for (const int number : {SIGINT, SIGTERM}) {
    const StopSignal stop;
    EXPECT_FALSE(stop.requested());
    EXPECT_EQ(stop.exit_code(), 0);
    std::raise(number);
    EXPECT_TRUE(stop.requested());
    EXPECT_EQ(stop.exit_code(), 128 + number);
  }
}

TEST(StopSignalDeathTest, TheSecondOneEndsTheProcess) {
  const auto twice = [](int number) {
    const StopSignal stop;
    std::raise(number);
    std::raise(number);
  };
  EXPECT_EXIT(twice(SIGINT), ::testing::ExitedWithCode(130), "");
  EXPECT_EXIT(twice(SIGTERM), ::testing::ExitedWithCode(143), "");
}

TEST(StopSignalDeathTest, TheHandlersFromBeforeComeBack) {
  const auto after = [] {
    { const StopSignal stop; }
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(after(), ::testing::KilledBySignal(SIGTERM), "");
}

TEST(StopSignal, ThereIsOnlyOne) {
  const StopSignal stop;
  EXPECT_THROW(StopSignal(), InternalError);
  std::raise(SIGINT);
  EXPECT_TRUE(stop.requested());
}

}  // namespace
}  // namespace salix
