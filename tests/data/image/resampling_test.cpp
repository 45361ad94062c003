// How pictures become inputs, and Pillow's bilinear filter by hand.
#include "data/image/resampling.h"

#include <gmock/gmock.h>

#include "data/image/resize_pillow.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

using testing::check_pattern;
using ::testing::ElementsAre;
using testing::noise;

Image line_of(std::vector<std::uint8_t> pixels) {
  Image line(1, static_cast<int>(pixels.size()), 1);
  line.pixels = std::move(pixels);
  return line;
}

TEST(Resampling, NearestTakesTheFloorOfThePosition) {
  const Image five = line_of({10, 20, 30, 40, 50});
  EXPECT_THAT(resize_nearest_floor(five, 1, 2).pixels, ElementsAre(10, 30));
  EXPECT_THAT(resize_nearest_floor(five, 1, 3).pixels, ElementsAre(10, 20, 40));
  EXPECT_THAT(resize_nearest_floor(line_of({1, 2}), 1, 5).pixels, ElementsAre(1, 1, 1, 2, 2));
  // Pillow looks at the centre instead.
  EXPECT_THAT(resize_nearest_pillow(five, 1, 2).pixels, ElementsAre(20, 40));
}

TEST(Resampling, NearestKeepsPixelsWholeAlongBothAxes) {
  const Image image = noise(9, 7, 3, 4);
  const Image out = resize_nearest_floor(image, 4, 5);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 5; ++j)
      for (int c = 0; c < 3; ++c)
        EXPECT_EQ(out.at(i, j)[c], image.at(i * 9 / 4, j * 7 / 5)[c]) << i << ' ' << j;
}

TEST(Resampling, PicturesAndLabelsGoByTheFilterAskedFor) {
  const Image image = check_pattern(9, 7);
  const auto same = [](const Image& a, const Image& b) { return a.pixels == b.pixels; };
  EXPECT_TRUE(same(resample(image, 4, 5, Resampling::kNearest), resize_nearest_floor(image, 4, 5)));
  EXPECT_TRUE(
      same(resample(image, 4, 5, Resampling::kBicubic), resize_bicubic_pillow(image, 4, 5)));
  EXPECT_TRUE(
      same(resample_labels(image, 4, 5, Resampling::kNearest), resize_nearest_floor(image, 4, 5)));
  EXPECT_TRUE(
      same(resample_labels(image, 4, 5, Resampling::kBicubic), resize_nearest_pillow(image, 4, 5)));
}

// Shrunk by two the triangle spans four pixels, with weights 1, 3, 3, 1 of 8 (3, 3, 1 of 7 at the
// ends); enlarged by two it mixes neighbours 1 : 3.
TEST(Resampling, BilinearAveragesWhereItMakesSmaller) {
  EXPECT_THAT(resize_bilinear_pillow(line_of({0, 80, 160, 240, 80, 0}), 1, 3).pixels,
              ElementsAre(57, 170, 69));
  EXPECT_THAT(resize_bilinear_pillow(line_of({0, 100}), 1, 4).pixels, ElementsAre(0, 25, 75, 100));
}

TEST(Resampling, RefusesNoPixels) {
  EXPECT_THROW(resize_nearest_floor(Image(), 4, 4), InvalidInput);
  EXPECT_THROW(resize_nearest_floor(Image(4, 4, 3), 0, 4), InvalidInput);
  EXPECT_THROW(resize_bilinear_pillow(Image(4, 4, 4), 2, 2), InvalidInput);
}

}  // namespace
}  // namespace salix::data
