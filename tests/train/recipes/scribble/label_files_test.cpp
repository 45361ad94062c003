// Label files that are taken, and those that hold something else.
#include "train/recipes/scribble/label_files.h"

#include <gmock/gmock.h>

#include "data/scenes/scribble.h"
#include "tests/support/png_file.h"
#include "tests/support/tensors.h"
#include "tests/train/recipes/scribble/scribble_fixture.h"
#include "train/recipes/scribble/label_encoding.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

class LabelFiles : public ScribbleFixture {
 protected:
  // 20 x 30 pixels of `ground`, with strokes of these levels in rows of their own.
  data::Image strokes(std::uint8_t ground, const std::vector<std::uint8_t>& levels) const {
    data::Image image(20, 30, 1, ground);
    for (std::size_t k = 0; k < levels.size(); ++k)
      std::fill_n(image.at(static_cast<int>(5 * k) + 3, 5), 8, levels[k]);
    return image;
  }
  void refuses(const data::Image& scribbles, const std::string& text) const {
    const auto path = put("x.png", scribbles);
    EXPECT_THAT([&] { read_scribbles(path); },
                Throws<IoError>(Property(
                    &Error::what,
                    AllOf(HasSubstr("scribbles: '" + path.string() + "' has "), HasSubstr(text)))));
  }
};

TEST_F(LabelFiles, ScribblesAreTakenInTwoSetsOfLevels) {
  for (const data::Image& scribbles :
       {strokes(2, {0, 1}), strokes(2, {0}), strokes(2, {1}), strokes(128, {0, 255}),
        strokes(128, {255}), strokes(0, {1}), data::Image(20, 30, 1, 1)}) {
    EXPECT_EQ(read_scribbles(put("x.png", scribbles)).pixels, scribbles.pixels);
  }
}

TEST_F(LabelFiles, PaintedScribblesAreTaken) {
  data::Image regions(60, 80, 1);
  for (int i = 20; i < 45; ++i) std::fill_n(regions.at(i, 25), 30, 1);
  for (std::uint32_t k = 0; k < 8; ++k)
    EXPECT_NO_THROW(read_scribbles(put("x.png", data::paint_scribbles(regions, {.seed = k}))));
}

// Thick labels with a seam of unknown pixels are no exchange of 0 and 2.
TEST_F(LabelFiles, ASeamOfUnknownPixelsIsTaken) {
  data::Image trimap(40, 40, 1);
  for (int i = 10; i < 16; ++i) std::fill_n(trimap.at(i, 10), 6, 2);
  for (int i = 11; i < 15; ++i) std::fill_n(trimap.at(i, 11), 4, 1);
  EXPECT_NO_THROW(read_scribbles(put("x.png", trimap)));
}

TEST_F(LabelFiles, OtherScribblesAreCalledByWhatTheyLookLike) {
  refuses(strokes(0, {255}), "levels 0 255 and looks like a mask, but scribbles are 0 background");
  refuses(data::Image(20, 30, 1, 255), "level 255 and looks like a mask");
  refuses(strokes(255, {0, 1}), "levels 0 1 255, where 255 looks like unknown");
  refuses(strokes(2, {0, 1, 255}), "levels 0 1 2 255, but scribbles are 0 background");
  refuses(strokes(0, {38, 75}), "levels 0 38 75, but scribbles are 0 background");
  refuses(strokes(0, {1, 2}), "0 around its strokes, as if 0 were unknown and 2 background");
  refuses(data::Image(20, 30, 1, 2), "no known pixel, all are 2 (unknown); draw strokes");
  refuses(data::Image(20, 30, 1, 128), "no known pixel, all are 128 (unknown)");
}

TEST_F(LabelFiles, ColoursAreNoLabels) {
  data::Image colours(4, 4, 3, 1);
  colours.at(2, 2)[0] = 200;
  const auto path = put("x.png", colours);
  for (const auto& [read, what] :
       {std::pair(&read_scribbles, "scribbles"), std::pair(&read_regions, "regions"),
        std::pair(&read_regions_exactly, "regions"), std::pair(&read_contours, "contours")}) {
    EXPECT_THAT(error_of([&, read = read] { read(path); }),
                AllOf(HasSubstr(std::string(what) + ": '" + path.string()),
                      HasSubstr("is a colour picture")));
  }
  // Grey that is stored as colours is grey, and so is what JPEG made of it.
  EXPECT_THAT(read_scribbles(put("x.png", data::Image(4, 4, 3, 1))).pixels, Each(1));
  colours.at(2, 2)[0] = 20;
  EXPECT_NO_THROW(read_regions(put("x.png", colours)));
}

TEST_F(LabelFiles, RegionsOfSixteenBitsAreCarriedExactlyOrNotAtAll) {
  const auto path = folder.path() / "deep.png";
  std::vector<float> regions(4);
  write_deep_png(path, 2, 2, {0, 255, 256, 2046});
  EXPECT_THAT(error_of([&] { read_regions(path); }),
              AllOf(HasSubstr("16-bit levels up to 2046, and 8 bits are carried"),
                    HasSubstr("carry regions exactly, or save at most 256")));
  unpack_regions(read_regions_exactly(path), regions);
  EXPECT_THAT(regions, ::testing::ElementsAre(1, 256, 257, 2047));
  write_deep_png(path, 2, 2, {0, 1, 2, 2047});
  EXPECT_THAT(error_of([&] { read_regions_exactly(path); }),
              HasSubstr("levels up to 2047, and 2047 regions are carried; merge the smallest"));
  write_deep_png(path, 2, 2, {0, 1, 2, 255});
  EXPECT_THAT(read_regions(path).pixels, ::testing::ElementsAre(0, 1, 2, 255));
  EXPECT_THAT(error_of([&] {
                write_deep_png(path, 2, 2, {0, 1, 2, 3000});
                read_contours(path);
              }),
              HasSubstr("contours: '"));
}

TEST_F(LabelFiles, EightBitRegionsAreTheSameBothWays) {
  const auto path = put("x.png", data::testing::noise(9, 7, 1, 3));
  const data::Image levels = read_regions(path);
  std::vector<float> regions(63);
  unpack_regions(read_regions_exactly(path), regions);
  for (std::size_t k = 0; k < 63; ++k)
    EXPECT_EQ(regions[k], static_cast<float>(levels.pixels[k] + 1));
}

}  // namespace
}  // namespace salix::testing
