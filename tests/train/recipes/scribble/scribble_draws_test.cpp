// DHFR's draws: those of an independent Philox, in their ranges, and the same whoever asks.
#include "train/recipes/scribble/scribble_draws.h"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "tests/support/paths.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

ScribbleDraws draws_of(std::int64_t sample, std::int64_t epoch = 1, std::uint64_t seed = 3,
                       int height = 100, int width = 60) {
  return draw_scribble(height, width, {.sample = sample, .epoch = epoch, .seed = seed});
}

TEST(ScribbleDraws, EqualThoseOfAnIndependentPhilox) {
  std::ifstream golden(golden_folder() / "scribble" / "draws.txt");
  data::SampleRequest request;
  int height = 0, width = 0, count = 0;
  ScribbleDraws expected;
  for (; golden >> request.seed >> request.epoch >> request.sample >> height >> width >>
         expected.flip >> expected.height >> expected.width >> expected.degrees >>
         expected.brightness >> expected.contrast >> expected.colour >> expected.sharpness;
       ++count) {
    EXPECT_EQ(draw_scribble(height, width, request), expected) << request.sample;
  }
  EXPECT_EQ(count, 54);
}

// Every value of every range, and no other.
TEST(ScribbleDraws, ReachAllOfTheirRangesEquallyOften) {
  constexpr int kSamples = 20000;
  std::map<int, int> flip, height, width, degrees, brightness, contrast, colour, sharpness;
  int rotated = 0;
  for (int sample = 0; sample < kSamples; ++sample) {
    const ScribbleDraws draws = draws_of(sample);
    ++flip[draws.flip ? 1 : 0];
    ++height[draws.height];
    ++width[draws.width];
    ++brightness[draws.brightness];
    ++contrast[draws.contrast];
    ++colour[draws.colour];
    ++sharpness[draws.sharpness];
    if (draws.degrees != 0) {
      ++degrees[draws.degrees];
      ++rotated;
    }
  }
  const auto expect_range = [](const std::map<int, int>& counts, int low, int high, double total) {
    const int values = high - low + 1;
    EXPECT_EQ(static_cast<int>(counts.size()), values);
    EXPECT_EQ(counts.begin()->first, low);
    EXPECT_EQ(counts.rbegin()->first, high);
    const double expected = total / values;
    for (const auto& [value, count] : counts)
      EXPECT_NEAR(count, expected, 5 * std::sqrt(expected)) << value;  // five deviations
  };
  expect_range(flip, 0, 1, kSamples);
  expect_range(height, 70, 99, kSamples);
  expect_range(width, 30, 59, kSamples);
  expect_range(brightness, 5, 15, kSamples);
  expect_range(contrast, 5, 15, kSamples);
  expect_range(colour, 0, 20, kSamples);
  expect_range(sharpness, 0, 30, kSamples);
  EXPECT_EQ(degrees.size(), 29u);  // -15 to 14 without the 0 that is no rotation
  EXPECT_EQ(degrees.begin()->first, -15);
  EXPECT_EQ(degrees.rbegin()->first, 14);
  EXPECT_NEAR(rotated, kSamples * 0.2 * 29 / 30, 5 * std::sqrt(kSamples * 0.2 * 0.8));
}

TEST(ScribbleDraws, DependOnSeedEpochAndSampleAlone) {
  constexpr int kSamples = 64;
  std::vector<ScribbleDraws> forwards(kSamples), by_threads(kSamples);
  for (int k = 0; k < kSamples; ++k) forwards[static_cast<std::size_t>(k)] = draws_of(k);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int k = kSamples - 1 - thread; k >= 0; k -= 4)
        by_threads[static_cast<std::size_t>(k)] = draws_of(k);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(by_threads, forwards);
  const auto tenths = [](const ScribbleDraws& draws) {
    return std::vector{draws.brightness, draws.contrast, draws.colour, draws.sharpness};
  };
  EXPECT_NE(tenths(draws_of(0)), tenths(draws_of(0, 2)));
  EXPECT_NE(tenths(draws_of(0)), tenths(draws_of(0, 1, 4)));
  EXPECT_NE(tenths(draws_of(0)), tenths(draws_of(1)));
  // The size of the image changes the crop alone.
  EXPECT_EQ(tenths(draws_of(0)), tenths(draws_of(0, 1, 3, 480, 640)));
}

TEST(ScribbleDraws, ANarrowImageKeepsAPixel) {
  std::set<int> heights, widths;
  for (int sample = 0; sample < 300; ++sample) {
    heights.insert(draws_of(sample, 1, 1, 5, 31).height);
    widths.insert(draws_of(sample, 1, 1, 5, 31).width);
    EXPECT_EQ(draws_of(sample, 1, 1, 1, 2).height, 1);
    EXPECT_EQ(draws_of(sample, 1, 1, 1, 2).width, 1);
  }
  EXPECT_THAT(heights, ::testing::ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(*widths.begin(), 1);
  EXPECT_EQ(*widths.rbegin(), 30);
}

TEST(ScribbleDraws, RefuseBadRequests) {
  EXPECT_THAT(error_of([] { draw_scribble(0, 5, {}); }), HasSubstr("draw_scribble: needs a size"));
  EXPECT_THAT(error_of([] { draw_scribble(5, 5, {.epoch = -1}); }), HasSubstr("5 x 5, -1, 0"));
  EXPECT_THAT(error_of([] { draw_scribble(5, 5, {.sample = -1}); }), HasSubstr("5 x 5, 1, -1"));
}

}  // namespace
}  // namespace salix::testing
