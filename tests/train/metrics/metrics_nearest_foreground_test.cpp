// The distance and feature transform against a search through all pixels.
#include "train/metrics/nearest_foreground.h"

#include <gtest/gtest.h>

#include "engine/error.h"

namespace salix::testing {
namespace {

struct Transform {
  std::vector<std::int32_t> index, squared_distance;
};

Transform nearest_foreground(const std::vector<std::uint8_t>& mask, int height, int width) {
  Transform all;
  metrics::NearestForeground nearest(mask, height, width);
  const auto columns = static_cast<std::size_t>(width);
  std::vector<std::int32_t> index(columns, -7), squared_distance(columns, -7);
  for (int y = 0; y < height; ++y) {
    nearest.row(y, index, squared_distance);
    all.index.insert(all.index.end(), index.begin(), index.end());
    all.squared_distance.insert(all.squared_distance.end(), squared_distance.begin(),
                                squared_distance.end());
  }
  return all;
}

// Columns first, rows second, strictly nearer only: the tie rule by construction.
void expect_nearest_of_all(const std::vector<std::uint8_t>& mask, int height, int width) {
  const Transform found = nearest_foreground(mask, height, width);
  for (int i = 0; i < height * width; ++i) {
    int best = -1, best_distance = 0;
    for (int x = 0; x < width; ++x) {
      for (int y = 0; y < height; ++y) {
        if (mask[static_cast<std::size_t>(y * width + x)] == 0) continue;
        const int dy = y - i / width, dx = x - i % width, distance = dy * dy + dx * dx;
        if (best < 0 || distance < best_distance) {
          best = y * width + x;
          best_distance = distance;
        }
      }
    }
    const auto k = static_cast<std::size_t>(i);
    ASSERT_EQ(found.index[k], best) << height << " x " << width << " at " << i;
    ASSERT_EQ(found.squared_distance[k], best_distance) << height << " x " << width << " at " << i;
  }
}

TEST(NearestForeground, EqualsASearchOnMasksOfAllDensities) {
  std::uint32_t seed = 1;
  for (const auto& [height, width] :
       {std::pair{1, 1}, {1, 37}, {41, 1}, {2, 2}, {17, 23}, {32, 31}}) {
    for (const unsigned one_in : {1u, 2u, 5u, 30u, 300u}) {
      std::vector<std::uint8_t> mask(static_cast<std::size_t>(height * width));
      for (std::uint8_t& value : mask) {
        seed = seed * 1664525u + 1013904223u;
        value = (seed >> 10) % one_in == 0 ? 1 : 0;
      }
      mask[seed % mask.size()] = 1;
      expect_nearest_of_all(mask, height, width);
    }
  }
}

// Every pixel between equally far points is a tie.
TEST(NearestForeground, TiesGoToTheSmallestColumnThenRow) {
  std::vector<std::uint8_t> lattice(21 * 21, 0);
  for (std::size_t y = 0; y < 21; y += 4) {
    for (std::size_t x = 0; x < 21; x += 4) lattice[y * 21 + x] = 1;
  }
  expect_nearest_of_all(lattice, 21, 21);
  const Transform found = nearest_foreground(lattice, 21, 21);
  EXPECT_EQ(found.index[2 * 21 + 2], 0);       // four candidates: (0,0) wins
  EXPECT_EQ(found.index[2 * 21 + 4], 4);       // above before below
  EXPECT_EQ(found.index[4 * 21 + 2], 4 * 21);  // left before right
  // Column 1 row 2 against column 2 row 1, seen from (0,0): the column decides first.
  const Transform pair = nearest_foreground(std::vector<std::uint8_t>{0, 0, 0,  //
                                                                      0, 0, 1,  //
                                                                      0, 1, 0},
                                            3, 3);
  EXPECT_EQ(pair.index[0], 2 * 3 + 1);
}

TEST(NearestForeground, SpansLongLines) {
  std::vector<std::uint8_t> line(32767, 0);
  line.front() = 1;
  EXPECT_EQ(nearest_foreground(line, 1, 32767).squared_distance.back(), 32766 * 32766);
  EXPECT_EQ(nearest_foreground(line, 32767, 1).squared_distance.back(), 32766 * 32766);
}

TEST(NearestForeground, NeedsForeground) {
  EXPECT_THROW(nearest_foreground(std::vector<std::uint8_t>(6, 0), 2, 3), InvalidInput);
}

}  // namespace
}  // namespace salix::testing
