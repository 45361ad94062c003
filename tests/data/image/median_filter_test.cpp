#include "data/image/median_filter.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iomanip>

#include "tests/data/image/image_support.h"
#include "tests/support/tensors.h"

namespace salix::data::testing {
namespace {

using ::testing::HasSubstr;

TEST(MedianFilter, EqualsOpenCv) {
  std::ifstream file(golden("median.txt"));
  int height, width, level, size, count = 0;
  std::string hash;
  for (std::uint32_t seed; file >> height >> width >> seed >> level >> size >> hash; ++count) {
    Image map = noise(height, width, 1, seed);
    for (std::uint8_t& pixel : map.pixels) pixel = pixel > level ? 1 : 0;
    std::ostringstream found;
    found << std::hex << std::setw(16) << std::setfill('0')
          << fnv(median_filter_binary(map, size).pixels);
    EXPECT_EQ(found.str(), hash) << height << " x " << width << ", size " << size;
  }
  EXPECT_EQ(count, 40);
}

TEST(MedianFilter, TakesTheMajorityWithTheBorderRepeated) {
  // Of the 3x3 window at a corner, the corner pixel counts four times, its neighbours twice.
  Image map(3, 3, 1);
  *map.at(0, 0) = 1;
  EXPECT_EQ(*median_filter_binary(map, 3).at(0, 0), 0);  // 4 of 9
  *map.at(0, 1) = 1;
  EXPECT_EQ(*median_filter_binary(map, 3).at(0, 0), 1);  // 6 of 9
}

TEST(MedianFilter, LeavesAMapAloneWithSizeOne) {
  Image map = noise(5, 6, 1, 2);
  for (std::uint8_t& pixel : map.pixels) pixel %= 2;
  EXPECT_EQ(median_filter_binary(map, 1).pixels, map.pixels);
}

TEST(MedianFilter, RefusesBadRequests) {
  using salix::testing::error_of;
  EXPECT_THAT(error_of([] { median_filter_binary(Image(2, 2, 3), 7); }),
              HasSubstr("the map must be grey and not empty; got 2 x 2 x 3"));
  EXPECT_THAT(error_of([] { median_filter_binary(Image(2, 2, 1), 4); }),
              HasSubstr("the size must be odd, 1 to 255; got 4"));
  EXPECT_THAT(error_of([] { median_filter_binary(Image(2, 2, 1, 255), 3); }),
              HasSubstr("the map's values must be 0 or 1"));
}

}  // namespace
}  // namespace salix::data::testing
