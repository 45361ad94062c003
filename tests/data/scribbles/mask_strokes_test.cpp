// Strokes from masks: on their own side of the outline, seeded, of the width and length asked for.
#include "data/scribbles/mask_strokes.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "data/scribbles/scribble_values.h"
#include "data/scribbles/stroke_lines.h"
#include "tests/support/tensors.h"

namespace salix::data::testing {
namespace {

using ::testing::HasSubstr;

// A large disc and a small one, 0 and `value`.
Image two_discs(std::uint8_t value = 255, int scale = 1) {
  Image mask(120 * scale, 200 * scale, 1);
  for (int i = 0; i < mask.height; ++i) {
    for (int j = 0; j < mask.width; ++j) {
      const int y = i / scale, x = j / scale;
      const bool large = (y - 60) * (y - 60) + (x - 60) * (x - 60) < 1600;
      const bool small = (y - 40) * (y - 40) + (x - 160) * (x - 160) < 225;
      if (large || small) *mask.at(i, j) = value;
    }
  }
  return mask;
}

int count(const Image& map, std::uint8_t value) {
  return static_cast<int>(std::count(map.pixels.begin(), map.pixels.end(), value));
}

Image where(const Image& map, std::uint8_t value) {
  Image out(map.height, map.width, 1);
  for (std::size_t k = 0; k < map.pixels.size(); ++k) out.pixels[k] = map.pixels[k] == value;
  return out;
}

TEST(MaskStrokes, StayOnTheirSideAndMarkEveryObject) {
  for (const int scale : {1, 3}) {  // 3: the mask is made smaller to find the lines
    const Image mask = two_discs(255, scale);
    for (std::uint32_t step = 0; step < 10; ++step) {
      const Strokes strokes = draw_strokes(mask, {}, {1, 2, step});
      for (std::size_t k = 0; k < mask.pixels.size(); ++k) {
        const std::uint8_t value = strokes.map.pixels[k];
        if (value == kScribbleUnknown) continue;
        ASSERT_EQ(value, mask.pixels[k] > 0 ? kScribbleForeground : kScribbleBackground);
      }
      EXPECT_EQ(connected_pieces(where(strokes.map, kScribbleForeground)).size(), 2u);
      EXPECT_GT(count(strokes.map, kScribbleBackground), 100 * scale * scale);
      EXPECT_LT(count(strokes.map, kScribbleBackground) + count(strokes.map, kScribbleForeground),
                mask.height * mask.width / 8);
    }
  }
}

// A brush wider than the small disc, and than its distance from the large one.
TEST(MaskStrokes, AWideBrushIsCutOffAtOutlines) {
  const Image mask = two_discs();
  const Image strokes = draw_strokes(mask, {.width = 61}, {1, 2, 3}).map;
  for (std::size_t k = 0; k < mask.pixels.size(); ++k) {
    if (strokes.pixels[k] != kScribbleUnknown)
      ASSERT_EQ(strokes.pixels[k], mask.pixels[k] > 0 ? kScribbleForeground : kScribbleBackground);
  }
  EXPECT_GT(count(strokes, kScribbleBackground), 5000);
}

TEST(MaskStrokes, RepeatByKey) {
  const Image mask = two_discs();
  EXPECT_EQ(draw_strokes(mask, {}, {1, 2, 3}).map.pixels,
            draw_strokes(mask, {}, {1, 2, 3}).map.pixels);
  EXPECT_NE(draw_strokes(mask, {}, {1, 2, 3}).map.pixels,
            draw_strokes(mask, {}, {2, 2, 3}).map.pixels);
}

TEST(MaskStrokes, MasksOfAnyHighestValueAreAlike) {
  EXPECT_EQ(draw_strokes(two_discs(1), {}, {}).map.pixels,
            draw_strokes(two_discs(255), {}, {}).map.pixels);
}

TEST(MaskStrokes, WidthAndLengthAreTaken) {
  Image bar(60, 200, 1);
  for (int i = 20; i < 40; ++i)
    for (int j = 20; j < 180; ++j) *bar.at(i, j) = 255;
  const auto known = [&](int width, double length) {
    return count(
        draw_strokes(bar, {.width = width, .length = length, .background_strokes = 0}, {}).map,
        kScribbleForeground);
  };
  EXPECT_NEAR(known(1, 30), 30, 2);
  EXPECT_NEAR(known(5, 30), 5 * 30, 40);
  EXPECT_GT(known(1, 1.0), 120);
  EXPECT_NEAR(known(1, 0.25), known(1, 1.0) / 4, 4);
  EXPECT_EQ(known(1, 1e6), known(1, 1.0));
  const Image none = draw_strokes(bar, {.background_strokes = 0}, {}).map;
  EXPECT_EQ(count(none, kScribbleBackground), 0);
}

TEST(MaskStrokes, CopeWithOneSideAndWithTinyObjects) {
  const Strokes empty = draw_strokes(Image(40, 50, 1), {}, {});
  EXPECT_FALSE(empty.has_foreground);
  EXPECT_TRUE(empty.has_background);
  EXPECT_EQ(count(empty.map, kScribbleForeground), 0);
  EXPECT_GT(count(empty.map, kScribbleBackground), 0);
  const Strokes full = draw_strokes(Image(40, 50, 1, 255), {}, {});
  EXPECT_FALSE(full.has_background);
  EXPECT_EQ(count(full.map, kScribbleBackground), 0);
  EXPECT_GT(count(full.map, kScribbleForeground), 0);
  Image dot(1000, 1200, 1);
  *dot.at(501, 333) = 255;  // lost when the mask is made smaller
  const Strokes strokes = draw_strokes(dot, {}, {});
  EXPECT_EQ(*strokes.map.at(501, 333), kScribbleForeground);
  EXPECT_EQ(count(strokes.map, kScribbleForeground), 1);
  const Strokes pixel = draw_strokes(Image(1, 1, 1, 9), {}, {});
  EXPECT_EQ(count(pixel.map, kScribbleForeground), 1);
}

TEST(MaskStrokes, RefuseBadRequests) {
  using salix::testing::error_of;
  EXPECT_THAT(error_of([] { draw_strokes(Image(2, 2, 3), {}, {}); }), HasSubstr("2 x 2 x 3"));
  EXPECT_THAT(error_of([] { draw_strokes(Image(2, 2, 1), {.length = 0.0}, {}); }),
              HasSubstr("the length above 0; got 0, 3, 0"));
}

TEST(StrokeLines, TakeTheLongestLineOfTheLargestPiece) {
  Image cross(30, 40, 1);
  for (int j = 2; j < 38; ++j) *cross.at(10, j) = 1;
  for (int i = 5; i < 15; ++i) *cross.at(i, 20) = 1;
  *cross.at(25, 3) = 1;
  StrokeLines lines(cross, {});
  const PixelList whole = lines.take(1.0);
  ASSERT_EQ(whole.size(), 36u);
  for (std::size_t k = 1; k < whole.size(); ++k) {
    EXPECT_LE(std::abs(whole[k].row - whole[k - 1].row), 1);
    EXPECT_LE(std::abs(whole[k].column - whole[k - 1].column), 1);
  }
  EXPECT_EQ(lines.take(0.5).size(), 18u);
  EXPECT_EQ(lines.take(7.0).size(), 7u);
  lines.clear_around(whole, 5);
  EXPECT_EQ(lines.take(1.0).size(), 1u);  // the pixel apart
  lines.clear_around({{25, 3}}, 0);
  EXPECT_TRUE(lines.take(1.0).empty());
}

}  // namespace
}  // namespace salix::data::testing
