// EXIF's eight orientations, and files whose mark is damaged.
#include "data/image/orientation.h"

#include <gmock/gmock.h>

#include "data/image/image_io.h"
#include "data/image/stored_values.h"
#include "tests/support/png_file.h"

namespace salix::data {
namespace {

using ::testing::ElementsAre;

//  1 2 3
//  4 5 6
Image six() {
  Image image(2, 3, 1);
  image.pixels = {1, 2, 3, 4, 5, 6};
  return image;
}

// By hand, and equal to Pillow's ImageOps.exif_transpose.
TEST(Orientation, TurnsAndMirrorsInEightWays) {
  EXPECT_THAT(upright(six(), 1).pixels, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(upright(six(), 2).pixels, ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(upright(six(), 3).pixels, ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(upright(six(), 4).pixels, ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(upright(six(), 5).pixels, ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(upright(six(), 6).pixels, ElementsAre(4, 1, 5, 2, 6, 3));
  EXPECT_THAT(upright(six(), 7).pixels, ElementsAre(6, 3, 5, 2, 4, 1));
  EXPECT_THAT(upright(six(), 8).pixels, ElementsAre(3, 6, 2, 5, 1, 4));
  EXPECT_EQ(upright(six(), 6).height, 3);
  EXPECT_EQ(upright(six(), 6).width, 2);
}

TEST(Orientation, IsReadFromJpegAndIsOneWithoutAMark) {
  const std::vector<std::uint8_t> jpeg = encode_jpeg(Image(8, 8, 3));
  EXPECT_EQ(exif_orientation(jpeg), 1);
  for (int orientation = 1; orientation <= 8; ++orientation)
    EXPECT_EQ(exif_orientation(salix::testing::with_orientation(jpeg, orientation)), orientation);
  EXPECT_EQ(exif_orientation(salix::testing::with_orientation(jpeg, 9)), 1);
  EXPECT_EQ(exif_orientation({}), 1);
}

// Cut anywhere, or with any byte changed: no read out of bounds, and an answer.
TEST(Orientation, DamagedHeadersAreNoReasonToFail) {
  const std::vector<std::uint8_t> marked =
      salix::testing::with_orientation(encode_jpeg(Image(8, 8, 3)), 6);
  const std::vector<std::uint8_t> png = encode_png(Image(8, 8, 4));
  for (const auto& whole : {marked, png}) {
    for (std::size_t size = 0; size < std::min<std::size_t>(whole.size(), 80); ++size) {
      const std::vector<std::uint8_t> cut(whole.begin(),
                                          whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_GE(stored_form(cut).orientation, 1);
      std::vector<std::uint8_t> changed = whole;
      for (const std::uint8_t byte : {0x00, 0x7F, 0xFF}) {
        changed[size] = byte;
        EXPECT_LE(stored_form(changed).orientation, 8);
      }
    }
  }
}

TEST(StoredForm, SaysWhatTheHeaderSays) {
  const StoredForm alpha = stored_form(encode_png(Image(5, 7, 4)));
  EXPECT_EQ(alpha.height, 5);
  EXPECT_EQ(alpha.width, 7);
  EXPECT_TRUE(alpha.has_alpha());
  const StoredForm jpeg = stored_form(encode_jpeg(Image(9, 4, 3)));
  EXPECT_EQ(jpeg.height, 9);
  EXPECT_EQ(jpeg.width, 4);
  EXPECT_EQ(jpeg.channels, 3);
  const auto deep = salix::testing::PngWriter::bytes_of(
      {.height = 1, .width = 2, .bits = 16, .samples = {1, 2, 0, 9}});
  EXPECT_TRUE(stored_form(deep).deep);
  EXPECT_THAT(decode_deep_grey(deep), ElementsAre(258, 9));
}

}  // namespace
}  // namespace salix::data
