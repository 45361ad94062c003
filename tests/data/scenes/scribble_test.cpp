// Scribbles: thin, inside their regions, in the coding of DHFR's files.
#include "data/scenes/scribble.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/error.h"

namespace salix::data {
namespace {

// Two discs, called 3 and 7.
Image two_discs() {
  Image regions(80, 120, 1);
  for (int i = 0; i < 80; ++i) {
    for (int j = 0; j < 120; ++j) {
      if ((i - 40) * (i - 40) + (j - 30) * (j - 30) < 400) *regions.at(i, j) = 3;
      if ((i - 30) * (i - 30) + (j - 90) * (j - 90) < 300) *regions.at(i, j) = 7;
    }
  }
  return regions;
}

TEST(Scribbles, MarkEveryObjectAndTheBackgroundInsideTheirRegions) {
  const Image regions = two_discs();
  for (std::uint32_t step = 0; step < 20; ++step) {
    const Image scribbles = paint_scribbles(regions, {1, 2, step});
    int known[256] = {}, total = 0;
    for (std::size_t k = 0; k < scribbles.pixels.size(); ++k) {
      const std::uint8_t value = scribbles.pixels[k];
      if (value == kScribbleUnknown) continue;
      ASSERT_EQ(value, regions.pixels[k] == 0 ? kScribbleBackground : kScribbleForeground);
      ++known[regions.pixels[k]];
      ++total;
    }
    for (const int region : {0, 3, 7}) EXPECT_GT(known[region], 8) << region << " step " << step;
    EXPECT_LT(total, 80 * 120 / 8);
  }
}

TEST(Scribbles, RepeatByKey) {
  const Image regions = two_discs();
  EXPECT_EQ(paint_scribbles(regions, {1, 2, 3}).pixels, paint_scribbles(regions, {1, 2, 3}).pixels);
  EXPECT_NE(paint_scribbles(regions, {1, 2, 3}).pixels, paint_scribbles(regions, {1, 2, 4}).pixels);
}

TEST(Scribbles, CopeWithRegionsThatHaveNoRoom) {
  Image dot(9, 9, 1);
  *dot.at(4, 4) = 1;
  const Image scribbles = paint_scribbles(dot, {1, 1, 1});
  EXPECT_EQ(*scribbles.at(4, 4), kScribbleForeground);
  EXPECT_EQ(std::count(scribbles.pixels.begin(), scribbles.pixels.end(), kScribbleForeground), 1);
  const Image full = paint_scribbles(Image(5, 5, 1, 200), {1, 1, 1});
  EXPECT_EQ(std::count(full.pixels.begin(), full.pixels.end(), kScribbleBackground), 0);
  EXPECT_THROW(paint_scribbles(Image(), {}), InvalidInput);
}

}  // namespace
}  // namespace salix::data
