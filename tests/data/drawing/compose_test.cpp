// Overlay, cut-out, font and contact sheet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "data/drawing/compose.h"
#include "engine/error.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::noise;
using ::testing::Property;
using ::testing::Throws;

int lightness(Rgb colour) { return 299 * colour.r + 587 * colour.g + 114 * colour.b; }

std::vector<std::uint8_t> pixel(const Image& image, int i, int j) {
  return {image.at(i, j), image.at(i, j) + image.channels};
}

TEST(HeatColour, RisesInLightnessAndClamps) {
  for (int k = 1; k <= 100; ++k) {
    EXPECT_GE(lightness(heat_colour(k / 100.0f)), lightness(heat_colour((k - 1) / 100.0f))) << k;
  }
  const Rgb low = heat_colour(std::numeric_limits<float>::quiet_NaN()), zero = heat_colour(0.0f);
  EXPECT_EQ(lightness(low), lightness(zero));
  EXPECT_EQ(lightness(heat_colour(7.0f)), lightness(heat_colour(1.0f)));
}

TEST(Overlay, DimsTheGroundColoursTheObjectAndOutlinesIt) {
  const Image image(8, 8, 3, 100);
  FloatMap map(8, 8);
  for (int i = 2; i < 6; ++i)
    for (int j = 2; j < 6; ++j) map.row(i)[j] = 1.0f;
  const Image out = overlay(image, map, {.strength = 0.5f, .dimming = 0.4f, .outline = true});
  EXPECT_THAT(pixel(out, 0, 0), ElementsAre(60, 60, 60));
  EXPECT_THAT(pixel(out, 2, 3), ElementsAre(255, 255, 255));
  const std::vector<std::uint8_t> middle = pixel(out, 3, 3);
  EXPECT_GT(middle[0], middle[2] + 40);  // warm
  const Image plain = overlay(image, map, {.strength = 0.0f, .dimming = 0.0f, .outline = false});
  EXPECT_EQ(plain.pixels, image.pixels);
}

TEST(Overlay, RefusesAMapOfAnotherSize) {
  EXPECT_THAT([] { overlay(Image(4, 5, 3), FloatMap(5, 4)); },
              Throws<InvalidInput>(
                  Property(&InvalidInput::what, HasSubstr("got 4 x 5 and 5 x 4; resize the map"))));
}

TEST(Cutout, KeepsColoursAndTakesTheMapAsAlpha) {
  const Image image = noise(1, 4, 3, 2);
  FloatMap map(1, 4);
  map.values = {0.0f, 0.5f, 1.0f, 2.0f};
  const Image out = cutout(image, map);
  ASSERT_EQ(out.channels, 4);
  const int alpha[] = {0, 128, 255, 255};
  for (int j = 0; j < 4; ++j) {
    EXPECT_EQ(out.at(0, j)[3], alpha[j]);
    for (int c = 0; c < 3; ++c) EXPECT_EQ(out.at(0, j)[c], image.at(0, j)[c]);
  }
}

TEST(Font, EveryPrintableGlyphIsDistinctAndInsideItsCell) {
  std::set<std::uint64_t> glyphs;
  for (int code = 32; code < 127; ++code) {
    Image cell(kGlyphHeight + 2, kGlyphAdvance + 2, 3);
    draw_text(cell, 1, 1, std::string(1, static_cast<char>(code)), {255, 255, 255}, 1);
    for (int j = 0; j < cell.width; ++j) {
      EXPECT_EQ(cell.at(0, j)[0], 0);
      EXPECT_EQ(cell.at(cell.height - 1, j)[0], 0);
    }
    for (int i = 0; i < cell.height; ++i) EXPECT_EQ(cell.at(i, kGlyphAdvance)[0], 0) << code;
    glyphs.insert(testing::fnv(cell.pixels));
  }
  EXPECT_EQ(glyphs.size(), 95u);
}

TEST(Font, ClipsAtTheBordersAndCountsCodePoints) {
  Image small(5, 5, 3);
  draw_text(small, -4, -7, "clipped on all sides", {1, 2, 3}, 3);
  EXPECT_EQ(text_width("ab", 2), 22);
  EXPECT_EQ(text_width("\xC3\xA4", 1), text_width("a", 1));  // one letter of two bytes
  EXPECT_EQ(text_width("", 3), 0);
}

TEST(ShortenText, KeepsBeginningAndEnd) {
  EXPECT_EQ(shorten_text("short.png", 500, 2), "short.png");
  const std::string cut = shorten_text("a_very_long_file_name_0042.png", 120, 1);
  EXPECT_LE(text_width(cut, 1), 120);
  EXPECT_THAT(cut, ::testing::StartsWith("a_very"));
  EXPECT_THAT(cut, ::testing::EndsWith("042.png"));
  EXPECT_EQ(shorten_text("anything", 1, 1), "...");
}

TEST(ContactSheet, PlacesTilesOnMatsAndKeepsTheirAspectRatio) {
  const std::vector<std::string> titles = {"image", "map"};
  const SheetStyle style{.tile_width = 60, .tile_height = 40, .entries_per_row = 2};
  std::vector<SheetEntry> entries;
  for (int k = 0; k < 3; ++k)
    entries.push_back({str("sample ", k), {Image(20, 10, 3, 9), Image(10, 60, 1, 200)}});
  const Image page = contact_sheet(entries, titles, style);

  // The first mat: a tall tile, 20 x 40 in the middle of 60 x 40, beside its mat's colour.
  int top = 0;
  while (page.at(top, 28)[0] != 233) ++top;
  int dark = 0, mat = 0;
  for (int j = 28; j < 88; ++j) {
    dark += page.at(top + 20, j)[0] == 9;
    mat += page.at(top + 20, j)[0] == 233;
  }
  EXPECT_EQ(dark, 20);
  EXPECT_EQ(mat, 40);
  // The second: a flat grey tile, 60 x 10.
  EXPECT_THAT(pixel(page, top + 20, 28 + 60 + 8), ElementsAre(200, 200, 200));
  EXPECT_THAT(pixel(page, top + 2, 28 + 60 + 8), ElementsAre(233, 231, 226));
  // Two entries side by side, two rows of entries.
  EXPECT_EQ(page.width, 28 + 2 * (128 + 28));
  EXPECT_EQ(page.height, 28 + 26 + 2 * (40 + 26 + 28));
}

TEST(ContactSheet, RefusesEntriesThatDoNotMatchTheTitles) {
  const std::vector<std::string> titles = {"image", "map"};
  const std::vector<SheetEntry> entries = {{"lonely", {Image(2, 2, 3)}}};
  EXPECT_THAT(
      [&] { contact_sheet(entries, titles); },
      Throws<InvalidInput>(Property(&InvalidInput::what,
                                    HasSubstr("'lonely' must have one tile per title, 2; got 1"))));
  EXPECT_THROW(contact_sheet({}, titles), InvalidInput);
}

}  // namespace
}  // namespace salix::data
