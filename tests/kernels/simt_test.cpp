// The SIMT executor against what CUDA's documents promise, on kernels without faults.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "kernels/simt/executor.h"
#include "tests/kernels/simt_cases/cases.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

constexpr std::uint64_t kSeeds[] = {0, 1, 2, 3, 1234567};

// One body for one OS thread and for four.
class Simt : public ::testing::TestWithParam<int> {
 protected:
  void TearDown() override { simt::set_schedule_seed(seed_); }
  Exec exec{{DeviceKind::kSimt}, {.threads = GetParam()}};

 private:
  std::uint64_t seed_ = simt::schedule_seed();
};
INSTANTIATE_TEST_SUITE_P(Threads, Simt, ::testing::Values(1, 4));

std::vector<int> counting(int count) {
  std::vector<int> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

TEST_P(Simt, EveryThreadOfEveryBlockRunsOnce) {
  for (const std::uint64_t seed : kSeeds) {
    simt::set_schedule_seed(seed);
    for (const int threads : {1, 31, 32, 33, 256, 1024}) {
      std::vector<int> out(static_cast<std::size_t>(7 * threads), -1);
      write_indices(exec, out.data(), 7, threads);
      for (int i = 0; i < 7 * threads; ++i) {
        ASSERT_EQ(out[i], 1000 * (i / threads) + i % threads) << "threads " << threads;
      }
    }
  }
}

TEST_P(Simt, CoordinatesFollowCuda) {
  std::vector<std::uint32_t> out(12 * 24, ~0u);
  write_coordinates(exec, out.data());
  for (unsigned i = 0; i < out.size(); ++i) {
    const unsigned block = i / 24, thread = i % 24;
    const std::uint32_t expected = thread % 3 | thread / 3 % 2 << 4 | thread / 6 << 8 |
                                   block % 2 << 12 | block / 2 % 3 << 16 | block / 6 << 20;
    ASSERT_EQ(out[i], expected) << i;
  }
}

TEST_P(Simt, BlockReductionsHaveTheSameBitsForEverySeed) {
  constexpr int kBlocks = 9, kThreads = 256;
  std::vector<float> in(kBlocks * kThreads);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = 1.0f / static_cast<float>(1 + i * 7 % 1000);
  std::vector<float> first;
  for (const std::uint64_t seed : kSeeds) {
    simt::set_schedule_seed(seed);
    std::vector<float> sums(kBlocks, -1), maxima(kBlocks, -1);
    sum_blocks(exec, in.data(), sums.data(), kBlocks, kThreads);
    max_blocks(exec, in.data(), maxima.data(), kBlocks, kThreads);
    for (int b = 0; b < kBlocks; ++b) {
      const float* block = in.data() + b * kThreads;
      EXPECT_NEAR(sums[b], std::accumulate(block, block + kThreads, 0.0), 1e-4);
      EXPECT_EQ(maxima[b], *std::max_element(block, block + kThreads));
    }
    if (first.empty()) first = sums;
    EXPECT_EQ(sums, first) << "seed " << seed;
  }
}

TEST_P(Simt, StaticAndDynamicSharedMemoryBelongToTheBlock) {
  const std::vector<int> in = counting(64 * 20);
  for (const std::uint64_t seed : kSeeds) {
    simt::set_schedule_seed(seed);
    std::vector<int> by_static(in.size(), -1), by_dynamic(in.size(), -1);
    reverse_static(exec, in.data(), by_static.data(), 20);
    reverse_dynamic(exec, in.data(), by_dynamic.data(), 20, 64);
    for (int i = 0; i < 64 * 20; ++i) ASSERT_EQ(by_static[i], i / 64 * 64 + 63 - i % 64);
    EXPECT_EQ(by_dynamic, by_static);
  }
}

TEST_P(Simt, SharedMemoryIsPoisonedBeforeEveryBlock) {
  std::vector<int> from_static(32 * 16, 0), from_dynamic(32 * 16, 0);
  read_fresh_shared(exec, from_static.data(), from_dynamic.data(), 16);
  EXPECT_EQ(from_static, std::vector<int>(32 * 16, -1));
  EXPECT_EQ(from_dynamic, std::vector<int>(32 * 16, -1));
}

TEST_P(Simt, ShufflesFollowCuda) {
  for (const std::uint64_t seed : kSeeds) {
    simt::set_schedule_seed(seed);
    std::vector<int> out(32 * 8, -1);
    all_shuffles(exec, out.data());
    for (int lane = 0; lane < 32; ++lane) {
      const int* row = out.data() + lane * 8;
      EXPECT_EQ(row[0], 103);
      EXPECT_EQ(row[1], 100 + lane / 8 * 8 + 3);
      EXPECT_EQ(row[2], 100 + (lane == 0 ? 0 : lane - 1));
      EXPECT_EQ(row[3], 100 + (lane % 16 == 0 ? lane : lane - 1));
      EXPECT_EQ(row[4], 100 + (lane >= 30 ? lane : lane + 2));
      EXPECT_EQ(row[5], 100 + (lane % 8 >= 6 ? lane : lane + 2));
      EXPECT_EQ(row[6], 100 + (lane ^ 5));
      EXPECT_EQ(row[7], 100 + (lane & 8 ? lane ^ 8 : lane));  // only earlier groups
    }
  }
  std::vector<double> doubles(32);
  std::vector<float> floats(32);
  std::vector<long long> longs(32);
  shuffle_types(exec, doubles.data(), floats.data(), longs.data());
  for (int lane = 0; lane < 32; ++lane) {
    EXPECT_EQ(doubles[lane], (lane ^ 1) * 0.1);
    EXPECT_EQ(floats[lane], static_cast<float>(lane ^ 1) * 0.5f);
    EXPECT_EQ(longs[lane], (1LL << 40) + (lane ^ 1));
  }
}

TEST_P(Simt, VotesCountAllThreads) {
  std::vector<int> out(6, -1);
  votes(exec, out.data());
  EXPECT_EQ(out, (std::vector<int>{static_cast<int>(0xaaaaaaaau), 1, 0, 40, 0, 1}));
}

TEST_P(Simt, PartsOfAWarpMayShuffleApart) {
  for (const std::uint64_t seed : kSeeds) {
    simt::set_schedule_seed(seed);
    std::vector<int> out(32, -1);
    half_warps(exec, out.data());
    for (int lane = 0; lane < 32; ++lane) {
      EXPECT_EQ(out[lane], lane < 16 ? (lane + 3) % 16 + 3 : 16) << lane;
    }
  }
}

TEST_P(Simt, AtomicsAreAtomicAcrossBlocks) {
  AtomicResults out{0, 0, 0, 0, 0, 0};
  atomics(exec, &out, 100, 96);
  EXPECT_EQ(out.count, 9600);
  EXPECT_EQ(out.maximum, 9599u);
  EXPECT_EQ(out.minimum, -9599);
  EXPECT_EQ(out.bits, (1u << 20) - 1);
  EXPECT_EQ(out.wide, 9600ull << 33);
  EXPECT_EQ(out.last, 2);
}

TEST_P(Simt, TheLastBlockSeesWhatTheOthersWrote) {
  const std::vector<int> in = counting(64 * 50);
  std::vector<int> partial(50, -1);
  unsigned finished = 0;
  int out = -1;
  last_block_sums(exec, in.data(), partial.data(), &finished, &out, 50);
  EXPECT_EQ(out, 3200 * 3199 / 2);
}

TEST_P(Simt, AnEmptyGridDoesNothing) { configured(exec, nullptr, 0, 32, 0); }

TEST_P(Simt, AcceptsAllTheSharedMemoryOfAGpu) {
  std::vector<int> out(64, 0);
  configured(exec, out.data(), 2, 32, 227 * 1024);
  EXPECT_EQ(out, std::vector<int>(64, 1));
}

}  // namespace
}  // namespace salix::testing
