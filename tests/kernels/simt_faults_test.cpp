// What the SIMT executor must catch: planted faults, and the text that names them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "kernels/simt/executor.h"
#include "tests/kernels/simt_cases/cases.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class SimtFaults : public ::testing::Test {
 protected:
  void TearDown() override {
    simt::set_schedule_seed(seed_);
    // Whatever went wrong, the executor still works.
    std::vector<int> out(4 * 96, -1);
    write_indices(exec, out.data(), 4, 96);
    EXPECT_EQ(out[3 * 96 + 95], 3095);
  }
  Exec exec{{DeviceKind::kSimt}, {.threads = 2}};

 private:
  std::uint64_t seed_ = simt::schedule_seed();
};

std::vector<int> rotated(Exec& exec, std::uint64_t seed, bool with_barrier) {
  simt::set_schedule_seed(seed);
  std::vector<int> in(128), out(128, -2);
  for (int i = 0; i < 128; ++i) in[i] = 10 * i;
  rotate(exec, in.data(), out.data(), 128, with_barrier);
  return out;
}

// The planted race: a missing __syncthreads.
TEST_F(SimtFaults, AMissingBarrierFailsARepeatTest) {
  simt::set_schedule_seed(1);
  std::vector<int> in(128, 3), first(128), second(128);
  rotate(exec, in.data(), first.data(), 128, false);
  rotate(exec, in.data(), second.data(), 128, false);
  EXPECT_NE(first, second);
  rotate(exec, in.data(), first.data(), 128, true);
  rotate(exec, in.data(), second.data(), 128, true);
  EXPECT_EQ(first, second);
}

TEST_F(SimtFaults, AMissingBarrierGivesOtherResultsForOtherSeeds) {
  EXPECT_NE(rotated(exec, 1, false), rotated(exec, 2, false));
  EXPECT_NE(rotated(exec, 0, false), rotated(exec, 0, true));
  EXPECT_EQ(rotated(exec, 1, false), rotated(exec, 1, false));  // a seed repeats its order
  const std::vector<int> right = rotated(exec, 0, true);
  for (int i = 0; i < 128; ++i) EXPECT_EQ(right[i], 10 * ((i + 1) % 128));
  for (const std::uint64_t seed : {1, 2, 3, 99}) EXPECT_EQ(rotated(exec, seed, true), right);
}

#ifdef SALIX_SANITIZED
TEST_F(SimtFaults, AddressSanitizerStopsAtAWritePastTheEnd) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // OpenMP's threads do not survive a fork
  EXPECT_DEATH(
      {
        std::vector<int> out(40);
        write_past_the_end(exec, out.data(), 40);
      },
      "heap-buffer-overflow.*");
  // A tensor's last byte counts, although its block is rounded up.
  EXPECT_DEATH(
      {
        Tensor out = Tensor::zeros(exec, {40}, DType::kInt32);
        write_past_the_end(exec, out.mutable_view().as<int>(), 40);
      },
      "use-after-poison.*");
  EXPECT_DEATH(write_past_dynamic_shared(exec, 32), "use-after-poison.*");
}
#else
TEST_F(SimtFaults, ASentinelShowsAWritePastTheEnd) {
  Guarded out(exec, {40}, DType::kInt32);
  write_past_the_end(exec, out.view().as<int>(), 39);
  EXPECT_TRUE(out.intact());
  write_past_the_end(exec, out.view().as<int>(), 40);
  EXPECT_FALSE(out.intact());
}

TEST_F(SimtFaults, AGuardShowsAWritePastDynamicSharedMemory) {
  EXPECT_THAT(error_of([&] { write_past_dynamic_shared(exec, 32); }),
              HasSubstr("past the 128 bytes of dynamic shared memory"));
}
#endif

TEST_F(SimtFaults, NamesTheThreadThatMissesABarrier) {
  for (const std::uint64_t seed : {0, 1, 2}) {
    simt::set_schedule_seed(seed);
    const std::string text = error_of([&] { barrier_without_thread_0(exec, 64); });
    EXPECT_THAT(text, HasSubstr("barrier_without_thread_0_kernel, block (0,0,0): all threads"));
    EXPECT_THAT(text, HasSubstr("thread (1,0,0) waits in __syncthreads at faults.cu:"));
    EXPECT_THAT(text, HasSubstr("but thread (0,0,0) has returned (1 of 64 threads are not there)"));
  }
}

TEST_F(SimtFaults, TellsTwoBarriersApart) {
  EXPECT_THAT(error_of([&] { two_barriers(exec, 64); }),
              HasSubstr("(32 of 64 threads are not there)"));
}

TEST_F(SimtFaults, NamesTheLaneThatMissesAShuffle) {
  const std::string text = error_of([&] { shuffle_without_lane_5(exec); });
  EXPECT_THAT(text, HasSubstr("waits in __shfl_sync at faults.cu:"));
  EXPECT_THAT(text, HasSubstr("with mask 0xffffffff, which names lane 5, but thread ("));
  EXPECT_THAT(text, HasSubstr("waits in __syncthreads at faults.cu:"));
}

TEST_F(SimtFaults, RefusesALaneOutsideItsMask) {
  EXPECT_THAT(error_of([&] { shuffle_outside_mask(exec); }),
              HasSubstr("it is lane 16, which is not in the mask"));
}

TEST_F(SimtFaults, AnExceptionInAKernelNamesItsThread) {
  EXPECT_THAT(error_of([&] { throws_in_thread_7(exec); }),
              HasSubstr("throws_in_thread_7_kernel, block (0,0,0): thread (7,0,0) threw: "
                        "the plants need water"));
}

TEST_F(SimtFaults, ThreadsThatWaitAreUnwound) {
  int destroyed = 0;
  simt::set_schedule_seed(0);
  EXPECT_THAT(error_of([&] { throws_while_others_wait(exec, &destroyed); }), HasSubstr("stop"));
  EXPECT_EQ(destroyed, 64);
}

TEST_F(SimtFaults, AKernelCannotLaunchAKernel) {
  int out = 0;
  EXPECT_THAT(error_of([&] { launches_a_kernel(exec, &out); }),
              HasSubstr("a kernel cannot launch a kernel"));
}

#ifndef __clang__  // with clang the bounds of simt kernels are not known
TEST_F(SimtFaults, RefusesABlockBeyondTheLaunchBounds) {
  std::vector<int> out(96, 0);
  for (const auto launcher : {bounded, bounded_template}) {
    launcher(exec, out.data(), 64);
    EXPECT_EQ(out[63], 1);
    EXPECT_THAT(error_of([&] { launcher(exec, out.data(), 65); }),
                HasSubstr("__launch_bounds__ allows 64 threads per block; got 65"));
  }
}
#endif

TEST_F(SimtFaults, RefusesWhatNoGpuAccepts) {
  EXPECT_THAT(error_of([&] { configured(exec, nullptr, 1, 1025, 0); }),
              HasSubstr("configured_kernel: a block must have 1 to 1024 threads"));
  EXPECT_THAT(error_of([&] { configured(exec, nullptr, 1, 0, 0); }), HasSubstr("1 to 1024"));
  EXPECT_THAT(error_of([&] { configured(exec, nullptr, 0x80000000u, 32, 0); }),
              HasSubstr("2^31-1"));
  EXPECT_THAT(error_of([&] { configured(exec, nullptr, 1, 32, 227 * 1024 + 1); }),
              HasSubstr("must not exceed 232448 bytes; got 232449"));
}

}  // namespace
}  // namespace salix::testing
