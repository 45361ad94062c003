// Bitmaps of every kind, written by hand; values as Pillow gives them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/image/image_io.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

using Bytes = std::vector<std::uint8_t>;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::refusal;

struct Bitmap {
  int width = 2;
  int height = 2;
  int bits = 24;
  int coding = 0;
  std::vector<std::uint32_t> masks{};  // behind a header of 40 bytes
  Bytes palette{};                     // blue, green, red, spare
  Bytes pixels{};
  int colours = 0;

  Bytes bytes() const {
    Bytes out{'B', 'M'};
    const auto put = [&out](std::uint32_t value, int size) {
      for (int k = 0; k < size; ++k) out.push_back(static_cast<std::uint8_t>(value >> 8 * k));
    };
    const auto start = static_cast<std::uint32_t>(54 + 4 * masks.size() + palette.size());
    put(start + static_cast<std::uint32_t>(pixels.size()), 4), put(0, 4), put(start, 4);
    put(40, 4), put(static_cast<std::uint32_t>(width), 4);
    put(static_cast<std::uint32_t>(height), 4), put(1, 2), put(static_cast<std::uint32_t>(bits), 2);
    put(static_cast<std::uint32_t>(coding), 4), put(static_cast<std::uint32_t>(pixels.size()), 4);
    put(0, 4), put(0, 4), put(static_cast<std::uint32_t>(colours), 4), put(0, 4);
    for (const std::uint32_t mask : masks) put(mask, 4);
    out.insert(out.end(), palette.begin(), palette.end());
    out.insert(out.end(), pixels.begin(), pixels.end());
    return out;
  }
};

Bytes rgb(const Bitmap& bitmap) { return decode_rgb(bitmap.bytes(), "x.bmp").pixels; }

const Bytes kPalette{0, 0, 0, 0, 30, 20, 10, 0, 60, 50, 40, 0, 90, 80, 70, 0};

// Palette indices of the pixels, told by their red.
Bytes indices(const Bitmap& bitmap) {
  const Image image = decode_rgb(bitmap.bytes(), "x.bmp");
  Bytes found;
  for (std::size_t k = 0; k < image.pixels.size(); k += 3)
    found.push_back(static_cast<std::uint8_t>((image.pixels[k] + 20) / 30));
  return found;
}

TEST(Bmp, RowsGoUpOrDownAsTheSignOfTheHeightSays) {
  const Bytes pixels{3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10, 0, 0};
  EXPECT_THAT(rgb({.pixels = pixels}), ElementsAre(7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(rgb({.height = -2, .pixels = pixels}),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_THAT(refusal(Bitmap{.height = -2147483647 - 1, .pixels = pixels}.bytes()),
              HasSubstr("declares 2 x 2147483648 pixels"));
  EXPECT_THAT(refusal(Bitmap{.width = -2, .pixels = pixels}.bytes()), HasSubstr("declares -2 x 2"));
}

// 5 bits: floor(255 v / 31); 6 bits: floor(255 v / 63).
TEST(Bmp, SixteenBitsAreStretchedAsPillowDoes) {
  const Bytes pixels{0x1F, 0x7C, 0x23, 0x45};  // 0x7C1F, 0x4523
  EXPECT_THAT(rgb({.height = 1, .bits = 16, .pixels = pixels}),
              ElementsAre(255, 0, 255, 139, 74, 24));
  EXPECT_THAT(
      rgb({.height = 1, .bits = 16, .coding = 3, .masks = {0x7C00, 0x3E0, 0x1F}, .pixels = pixels}),
      ElementsAre(255, 0, 255, 139, 74, 24));
  EXPECT_THAT(
      rgb({.height = 1, .bits = 16, .coding = 3, .masks = {0xF800, 0x7E0, 0x1F}, .pixels = pixels}),
      ElementsAre(123, 129, 255, 65, 165, 24));
}

TEST(Bmp, ThirtyTwoBitsFollowTheirMasksAndDropAlpha) {
  const Bytes pixels{1, 2, 3, 4};
  EXPECT_THAT(rgb({.width = 1, .height = 1, .bits = 32, .pixels = pixels}), ElementsAre(3, 2, 1));
  EXPECT_THAT(rgb({.width = 1,
                   .height = 1,
                   .bits = 32,
                   .coding = 3,
                   .masks = {0xFF000000, 0xFF0000, 0xFF00},
                   .pixels = pixels}),
              ElementsAre(4, 3, 2));
  EXPECT_THAT(
      rgb({.width = 1, .height = 1, .bits = 32, .coding = 3, .masks = {0, 0, 0}, .pixels = pixels}),
      ElementsAre(3, 2, 1));
}

TEST(Bmp, PalettesOfOneFourAndEightBits) {
  Bitmap bitmap{.width = 9,
                .height = 1,
                .bits = 1,
                .palette = kPalette,
                .pixels = {0b01100101, 0b10000000, 0, 0},
                .colours = 4};
  EXPECT_THAT(indices(bitmap), ElementsAre(0, 1, 1, 0, 0, 1, 0, 1, 1));
  bitmap.width = 3, bitmap.bits = 4, bitmap.pixels = {0x31, 0x20, 0, 0};
  EXPECT_THAT(indices(bitmap), ElementsAre(3, 1, 2));
  bitmap.bits = 8, bitmap.pixels = {2, 0, 3, 0};
  EXPECT_THAT(indices(bitmap), ElementsAre(2, 0, 3));
  // Beyond the palette there is black.
  bitmap.pixels = {2, 4, 255, 0};
  EXPECT_THAT(indices(bitmap), ElementsAre(2, 0, 0));
}

TEST(Bmp, RunLengthsOfEightBits) {
  Bitmap bitmap{.width = 6, .height = 2, .bits = 8, .coding = 1, .palette = kPalette, .colours = 4};
  bitmap.pixels = {4, 2, 2, 1, 0, 0, 0, 5, 3, 2, 1, 0, 3, 0, 1, 1, 0, 1};
  EXPECT_THAT(indices(bitmap), ElementsAre(3, 2, 1, 0, 3, 1, 2, 2, 2, 2, 1, 1));
  // A row that ends early is 0 from there on; a skip goes right and up.
  bitmap.pixels = {2, 3, 0, 0, 1, 1, 0, 2, 2, 0, 3, 2, 0, 1};
  EXPECT_THAT(indices(bitmap), ElementsAre(1, 0, 0, 2, 2, 2, 3, 3, 0, 0, 0, 0));
  // The end mark may be missing.
  bitmap.pixels = {6, 1, 0, 0, 6, 2};
  EXPECT_THAT(indices(bitmap), ElementsAre(2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1));
}

TEST(Bmp, RunLengthsOfFourBits) {
  Bitmap bitmap{.width = 7, .height = 1, .bits = 4, .coding = 2, .palette = kPalette, .colours = 4};
  bitmap.pixels = {3, 0x21, 0, 4, 0x31, 0x02, 0, 1};
  EXPECT_THAT(indices(bitmap), ElementsAre(2, 1, 2, 3, 1, 0, 2));
  bitmap.pixels = {0, 7, 0x12, 0x30, 0x12, 0x30, 0, 1};
  EXPECT_THAT(indices(bitmap), ElementsAre(1, 2, 3, 0, 1, 2, 3));
}

TEST(Bmp, RunLengthsThatAreDamagedAreRefused) {
  Bitmap bitmap{.width = 6, .height = 2, .bits = 8, .coding = 1, .palette = kPalette, .colours = 4};
  bitmap.pixels = {7, 2};
  EXPECT_THAT(refusal(bitmap.bytes()),
              HasSubstr("a run of 7 pixels at byte 72 leaves its row of 6"));
  bitmap.pixels = {4, 2, 0, 3, 1, 1, 1, 0};
  EXPECT_THAT(refusal(bitmap.bytes()), HasSubstr("a run of 3 pixels"));
  bitmap.pixels = {0, 2, 0, 2, 6, 1};
  EXPECT_THAT(refusal(bitmap.bytes()), HasSubstr("or the picture"));
  bitmap.pixels = {6, 2, 0, 0, 3, 1, 0, 1};
  EXPECT_THAT(refusal(bitmap.bytes()),
              HasSubstr("is cut short: its run lengths end in row 2 of 2"));
  bitmap.pixels = {6, 2, 0, 0, 3};
  EXPECT_THAT(refusal(bitmap.bytes()), HasSubstr("run lengths end in row 2 of 2; replace it"));
}

TEST(Bmp, KindsThatAreNotReadAreNamed) {
  const Bytes pixels(64, 1);
  EXPECT_EQ(refusal(Bitmap{.coding = 4, .pixels = pixels}.bytes()),
            "read_image: 'x' is a BMP with compression 4 and 24 bits per pixel; convert it to an "
            "ordinary JPEG, PNG or BMP, or leave it out");
  EXPECT_THAT(refusal(Bitmap{.bits = 2, .pixels = pixels}.bytes()),
              HasSubstr("is a BMP with 2 bits per pixel"));
  EXPECT_THAT(refusal(Bitmap{.bits = 4, .coding = 1, .pixels = pixels}.bytes()),
              HasSubstr("compression 1 and 4 bits"));
  for (const std::uint32_t mask : {0u, 0x3FFu, 0x505u})
    EXPECT_THAT(
        refusal(
            Bitmap{.bits = 32, .coding = 3, .masks = {mask, 0xFF0000, 0xFF000000}, .pixels = pixels}
                .bytes()),
        HasSubstr("colour masks are not 1 to 8 adjacent bits"));
  Bytes strange = Bitmap{.pixels = pixels}.bytes();
  strange[14] = 41;
  EXPECT_THAT(refusal(strange), HasSubstr("its header has 41 bytes"));
  strange[14] = 40, strange[10] = 20;
  EXPECT_THAT(refusal(strange), HasSubstr("cannot begin at byte 20, within its header"));
}

TEST(Bmp, OldHeadersOfTwelveBytesAreRead) {
  const Bytes bitmap{'B', 'M', 0, 0, 0, 0, 0, 0, 0, 0, 26, 0, 0, 0,  // file
                     12,  0,   0, 0, 1, 0, 2, 0, 1, 0, 24, 0,        // 1 x 2, 24 bits
                     3,   2,   1, 0, 6, 5, 4, 0};
  EXPECT_THAT(decode_rgb(bitmap, "x.bmp").pixels, ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(refusal(std::span(bitmap).first(33)),
              HasSubstr("declares 2 rows of 4 bytes from byte 26 on and the file has 33"));
}

}  // namespace
}  // namespace salix::data
