#include "engine/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

namespace salix {
namespace {

TEST(Parallel, VisitsEveryItemOnce) {
  for (const std::int64_t count : {1, 7, 64, 65, 1000}) {
    for (const std::int64_t grain : {1, 7, 64, 5000}) {
      std::vector<int> visits(static_cast<std::size_t>(count));
      parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
        EXPECT_LE(end - begin, grain);
        for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
      });
      EXPECT_EQ(visits, std::vector<int>(visits.size(), 1)) << count << " by " << grain;
    }
  }
}

TEST(Parallel, DoesNothingForNothing) {
  parallel_for(0, 4, [](std::int64_t, std::int64_t) { FAIL() << "called"; });
}

// What makes results independent of the machine.
TEST(Parallel, CutsBySizeAndNotByThreads) {
  const auto cuts = [](int threads) {
    set_thread_count(threads);
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges(16, {-1, -1});
    parallel_for(100, 7, [&](std::int64_t begin, std::int64_t end) {
      ranges[static_cast<std::size_t>(begin / 7)] = {begin, end};
    });
    return ranges;
  };
  const int before = thread_count();
  const auto one = cuts(1), five = cuts(5);
  set_thread_count(before);
  EXPECT_EQ(one, five);
  EXPECT_EQ(one[14], (std::pair<std::int64_t, std::int64_t>{98, 100}));
}

TEST(Parallel, RethrowsAfterAllRangesHaveEnded) {
  std::atomic<int> finished{0};
  const auto run = [&] {
    parallel_for(10, 1, [&](std::int64_t begin, std::int64_t) {
      if (begin == 3) throw std::runtime_error("range 3");
      ++finished;
    });
  };
  try {
    run();
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "range 3");
  }
  EXPECT_EQ(finished, 9);
}

TEST(Parallel, GrainHoldsAboutTheSameWork) {
  EXPECT_EQ(grain_for(1), 32768);
  EXPECT_EQ(grain_for(64), 512);
  EXPECT_EQ(grain_for(1 << 20), 1);
  EXPECT_EQ(grain_for(0), 32768);
}

}  // namespace
}  // namespace salix
