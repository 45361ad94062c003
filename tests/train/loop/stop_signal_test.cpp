#include "train/loop/stop_signal.h"

#include <gtest/gtest.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <vector>

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

#ifdef __x86_64__
// Sends this thread a signal while the stack pointer holds the address of data (the end of it), as
// in matrix products of oneDNN.
void raise_with_stack_pointer_in(std::vector<std::byte>& data, int number) {
  long result = SYS_tgkill;
  asm volatile(
      "mov %%rsp, %%rbx\n\t"
      "mov %[end], %%rsp\n\t"
      "syscall\n\t"
      "mov %%rbx, %%rsp"
      : "+a"(result)
      : "D"(long{::getpid()}), "S"(::syscall(SYS_gettid)),
        "d"(long{number}), [end] "r"(data.data() + data.size())
      : "rbx", "rcx", "r11", "memory", "cc");
  ASSERT_EQ(result, 0);
}

TEST(StopSignal, WritesNothingWhereTheStackPointerPoints) {
  constexpr std::byte kUntouched{0x5a};
  std::vector<std::byte> data(std::size_t{64} << 10, kUntouched);
  const StopSignal stop;
  raise_with_stack_pointer_in(data, SIGTERM);
  EXPECT_TRUE(stop.requested());
  EXPECT_TRUE(std::ranges::all_of(data, [&](std::byte b) { return b == kUntouched; }));
}
#endif

TEST(StopSignal, ThereIsOnlyOne) {
  const StopSignal stop;
  EXPECT_THROW(StopSignal(), InternalError);
  std::raise(SIGINT);
  EXPECT_TRUE(stop.requested());
}

}  // namespace
}  // namespace salix
