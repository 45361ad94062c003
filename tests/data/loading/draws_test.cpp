// The draws of training are those of an independent Philox, and of no other.
#include "data/loading/draws.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <sstream>

#include "engine/error.h"
#include "tests/support/paths.h"

namespace salix::data {
namespace {

TEST(Draws, EqualThoseOfAnIndependentPhilox) {
  std::ifstream file(testing::golden_folder() / "draws" / "draws.txt");
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t seed = 0;
    std::int64_t step = 0;
    words >> name >> seed >> step;
    std::vector<std::int64_t> expected, found;
    for (std::int64_t value = 0; words >> value;) expected.push_back(value);
    ASSERT_EQ(expected.size(), 23u) << line;
    if (name == "order") found = epoch_order(seed, step, 23);
    for (std::int64_t i = 0; i < 23; ++i) {
      if (name == "flip") found.push_back(draw_flip(seed, step, i) ? 1 : 0);
      if (name == "scale") found.push_back(draw_scale(seed, 23 * step + i));
    }
    EXPECT_EQ(found, expected) << line;
  }
  EXPECT_EQ(rows, 12);
}

TEST(Draws, OrderIsAPermutationThatChangesEachEpoch) {
  std::vector<std::int64_t> order = epoch_order(3, 5, 1000);
  EXPECT_NE(order, epoch_order(3, 6, 1000));
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t> all(1000);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(order, all);
  EXPECT_TRUE(epoch_order(3, 5, 0).empty());
}

TEST(Draws, AreFair) {
  int flips = 0, scales[5] = {};
  for (int k = 0; k < 4000; ++k) {
    flips += draw_flip(9, 1, k);
    ++scales[draw_scale(9, k) + 2];
  }
  EXPECT_NEAR(flips, 2000, 160);  // five standard deviations
  EXPECT_EQ(scales[2], 0);
  for (const int k : {0, 1, 3, 4}) EXPECT_NEAR(scales[k], 1000, 140);
}

TEST(Draws, RefuseWhatPhiloxCannotCount) {
  EXPECT_THROW(epoch_order(0, -1, 3), InvalidInput);
  EXPECT_THROW(draw_scale(0, std::int64_t{1} << 32), InvalidInput);
}

}  // namespace
}  // namespace salix::data
