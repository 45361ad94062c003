// What JPEG files leave open: colour spaces without a mark, missing tables, rare codings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "data/image/image_io.h"
#include "tests/data/image/image_support.h"
#include "tests/data/image/jpeg_bytes.h"

namespace salix::data {
namespace {

using testing::adobe_mark;
using testing::Bytes;
using testing::file_bytes;
using testing::flat_jpeg;
using testing::golden;
using ::testing::HasSubstr;
using testing::jfif_mark;
using testing::refusal;
using testing::segment;
using testing::with_front;
using testing::without;

using Colour = std::array<int, 3>;

// The one colour of a flat picture.
Colour colour_of(const Bytes& jpeg) {
  const Image image = decode_rgb(jpeg, "flat.jpg");
  EXPECT_EQ(image.pixels.size(), 8u * 8 * 3);
  for (std::size_t k = 3; k < image.pixels.size(); ++k)
    EXPECT_EQ(image.pixels[k], image.pixels[k - 3]);
  return {image.pixels[0], image.pixels[1], image.pixels[2]};
}

// 420.jpg and grey.jpg were written with the tables of annex K.
TEST(JpegKinds, MotionJpegFramesGetTheStandardHuffmanTables) {
  for (const std::string name : {"420.jpg", "444.jpg", "grey.jpg"}) {
    const Bytes whole = file_bytes(golden(name)), frame = without(whole, 0xC4);
    ASSERT_LT(frame.size(), whole.size());
    EXPECT_EQ(decode_rgb(frame, name).pixels, decode_rgb(whole, name).pixels) << name;
  }
}

// Values: Pillow 11 to 13 on these very files.
TEST(JpegKinds, FourComponentsAreInvertedCmykWithAndWithoutAdobesMark) {
  const Bytes jpeg = flat_jpeg({1, 2, 3, 4}, {200, 60, 120, 180});
  const Colour cmyk{141, 42, 85}, ycck{47, 18, 124};
  EXPECT_EQ(colour_of(jpeg), cmyk);
  EXPECT_EQ(colour_of(with_front(jpeg, jfif_mark())), cmyk);
  EXPECT_EQ(colour_of(with_front(jpeg, adobe_mark(0))), cmyk);
  EXPECT_EQ(colour_of(with_front(jpeg, adobe_mark(2))), ycck);
  EXPECT_EQ(colour_of(with_front(jpeg, adobe_mark(1))), ycck);
  EXPECT_EQ(colour_of(flat_jpeg({'C', 'M', 'Y', 'K'}, {200, 60, 120, 180})), cmyk);
}

TEST(JpegKinds, ThreeComponentsFollowTheMarksAndThenTheirNames) {
  const Bytes values{150, 100, 170}, numbered = flat_jpeg({1, 2, 3}, values),
                                     named = flat_jpeg({'R', 'G', 'B'}, values);
  const Colour rgb{150, 100, 170}, ycc{209, 130, 100};
  EXPECT_EQ(colour_of(numbered), ycc);
  EXPECT_EQ(colour_of(flat_jpeg({0, 1, 2}, values)), ycc);
  EXPECT_EQ(colour_of(named), rgb);
  EXPECT_EQ(colour_of(with_front(named, jfif_mark())), ycc);
  EXPECT_EQ(colour_of(with_front(named, adobe_mark(1))), ycc);
  EXPECT_EQ(colour_of(with_front(named, adobe_mark(0))), rgb);
  EXPECT_EQ(colour_of(with_front(numbered, adobe_mark(0))), rgb);
  EXPECT_EQ(colour_of(with_front(with_front(numbered, adobe_mark(0)), jfif_mark())), ycc);
}

TEST(JpegKinds, CodingsThatAreNotReadAreNamed) {
  const auto refused = [](std::uint8_t frame, std::uint8_t precision = 8) {
    return refusal(flat_jpeg({1, 2, 3}, {1, 2, 3}, frame, precision));
  };
  EXPECT_EQ(refused(0xC9),
            "read_image: 'x' is a JPEG with arithmetic coding; convert it to an ordinary JPEG, "
            "PNG or BMP, or leave it out");
  EXPECT_THAT(refused(0xC3), HasSubstr("is a JPEG with lossless coding"));
  EXPECT_THAT(refused(0xC5), HasSubstr("is a JPEG with hierarchical coding"));
  EXPECT_THAT(refused(0xC1, 12), HasSubstr("is a JPEG with 12 bits per sample"));
  EXPECT_NO_THROW(decode_rgb(flat_jpeg({1, 2, 3}, {1, 2, 3}, 0xC1), "extended.jpg"));
}

// A thumbnail in EXIF has marks of its own, colour profiles are not applied.
TEST(JpegKinds, ThumbnailsAndColourProfilesChangeNothing) {
  const Bytes plain = flat_jpeg({1, 2, 3}, {150, 100, 170});
  const Bytes thumbnail = segment(0xE1, flat_jpeg({'R', 'G', 'B'}, {1, 2, 3}));
  const Bytes profile = segment(0xE2, Bytes(60000, 0xFF));
  const Bytes dressed = with_front(with_front(plain, thumbnail), profile);
  EXPECT_EQ(decode_rgb(dressed, "dressed.jpg").pixels, decode_rgb(plain, "plain.jpg").pixels);
  EXPECT_THAT(refusal(std::span(dressed).first(dressed.size() - 2)), HasSubstr("no JPEG end mark"));
}

TEST(JpegKinds, FilesWithoutAllOfTheirScansAreRefused) {
  Bytes jpeg = flat_jpeg({1, 2, 3}, {1, 2, 3});
  jpeg.resize(jpeg.size() - 2);
  EXPECT_THAT(refusal(jpeg), HasSubstr("is cut short: it has "));
  EXPECT_THAT(refusal(jpeg), HasSubstr("bytes and no JPEG end mark; replace it or leave it out"));
  EXPECT_THAT(refusal(Bytes{0xFF, 0xD8, 0xFF, 0xD9}),
              HasSubstr("no picture comes before its JPEG end"));
  jpeg = flat_jpeg({1, 2, 3}, {1, 2, 3});
  const Bytes scan{0xFF, 0xDA, 0, 12, 3, 1, 0, 2, 0, 3, 0};
  const auto at = std::search(jpeg.begin(), jpeg.end(), scan.begin(), scan.end());
  ASSERT_NE(at, jpeg.end());
  at[9] = 2;
  EXPECT_THAT(refusal(jpeg), HasSubstr("colour component 3 is in no JPEG scan"));
}

}  // namespace
}  // namespace salix::data
