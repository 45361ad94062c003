// Thinning: lines along the middle, in as many pieces as the shape has.
#include "data/image/skeleton.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "data/scribbles/stroke_lines.h"
#include "tests/support/tensors.h"

namespace salix::data::testing {
namespace {

using ::testing::HasSubstr;

Image rectangle(int height, int width, int top, int left, int bottom, int right) {
  Image shape(height, width, 1);
  for (int i = top; i <= bottom; ++i)
    for (int j = left; j <= right; ++j) *shape.at(i, j) = 200;
  return shape;
}

std::size_t count(const Image& map) {
  return map.pixels.size() -
         static_cast<std::size_t>(std::count(map.pixels.begin(), map.pixels.end(), 0));
}

TEST(Skeleton, OfABarIsTheLineAlongItsMiddle) {
  const Image line = skeleton(rectangle(11, 40, 3, 4, 7, 35));
  for (int i = 0; i < line.height; ++i)
    for (int j = 8; j <= 31; ++j) EXPECT_EQ(*line.at(i, j), i == 5 ? 1 : 0) << i << ' ' << j;
  EXPECT_LE(count(line), 32u);
}

TEST(Skeleton, KeepsLinesAndSinglePixels) {
  Image shape = rectangle(9, 9, 4, 1, 4, 7);
  *shape.at(0, 0) = 1;
  const Image line = skeleton(shape);
  for (std::size_t k = 0; k < shape.pixels.size(); ++k)
    EXPECT_EQ(line.pixels[k], shape.pixels[k] == 0 ? 0 : 1);
}

// As published, a square of 2 x 2 vanishes.
TEST(Skeleton, LeavesSomethingOfEveryPiece) {
  Image shape = rectangle(30, 30, 2, 2, 3, 3);
  for (int i = 10; i < 25; ++i)
    for (int j = 10; j < 25; ++j) *shape.at(i, j) = 1;
  for (int j = 0; j < 30; ++j) *shape.at(28, j) = *shape.at(29, j) = 1;
  const Image line = skeleton(shape);
  EXPECT_EQ(connected_pieces(line).size(), 3u);
  EXPECT_EQ(connected_pieces(skeleton(Image(7, 5, 1, 255))).size(), 1u);
}

TEST(Skeleton, OfARingIsARingOfOnePixel) {
  Image ring(40, 40, 1);
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 40; ++j) {
      const int square = (i - 20) * (i - 20) + (j - 20) * (j - 20);
      if (square >= 100 && square <= 250) *ring.at(i, j) = 1;
    }
  }
  const Image line = skeleton(ring);
  EXPECT_EQ(connected_pieces(line).size(), 1u);
  Image rest = line;
  for (std::uint8_t& pixel : rest.pixels) pixel = 1 - pixel;
  EXPECT_GE(connected_pieces(rest).size(), 1u);
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 40; ++j) {
      if (*line.at(i, j) == 0) continue;
      const int square = (i - 20) * (i - 20) + (j - 20) * (j - 20);
      EXPECT_TRUE(square >= 121 && square <= 225) << i << ' ' << j;  // 13 +- 2 from the centre
    }
  }
  EXPECT_LT(count(line), 110u);  // 2 pi 13 is 82
}

TEST(Skeleton, RefusesWhatIsNoShape) {
  EXPECT_THAT(salix::testing::error_of([] { skeleton(Image(2, 2, 3)); }),
              HasSubstr("a shape has one channel and some pixels; got 2 x 2 x 3"));
}

}  // namespace
}  // namespace salix::data::testing
