// Checksums and completeness of PNG files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/image/image_io.h"
#include "tests/data/image/image_support.h"
#include "tests/data/image/png_bytes.h"

namespace salix::data {
namespace {

using Bytes = std::vector<std::uint8_t>;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PngBytes;
using testing::refusal;
using testing::zlib_stored;

const Bytes kRows{0, 10, 20, 0, 30, 40};  // 2 x 2 grey, each row behind its filter byte

Bytes grey_png(const Bytes& pixels) { return PngBytes(2, 2, 8, 0).chunk("IDAT", pixels).end(); }

TEST(Png, EveryChunkIsHeldAgainstItsChecksum) {
  PngBytes writer(2, 2, 8, 3);
  const Bytes png = writer.chunk("gAMA", {0, 0, 177, 143})
                        .chunk("PLTE", {1, 2, 3, 4, 5, 6})
                        .chunk("tRNS", {7})
                        .chunk("IDAT", zlib_stored({0, 0, 1, 0, 1, 0}))
                        .chunk("tEXt", {'a', 0, 'b'})
                        .end();
  EXPECT_THAT(decode_rgb(png, "x").pixels, ElementsAre(1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3));
  std::size_t at = 8;
  for (const std::string type : {"IHDR", "gAMA", "PLTE", "tRNS", "IDAT", "tEXt", "IEND"}) {
    const std::size_t size = png[at + 3];
    for (const std::size_t damaged :
         {at + 4, at + 7, at + 7 + size, at + 8 + size, at + 11 + size}) {
      Bytes copy = png;
      copy[damaged] ^= 0x04;
      EXPECT_THAT(refusal(copy), HasSubstr(str(" at byte ", at, " does not match its checksum")))
          << type;
    }
    Bytes copy = png;
    copy[at + 8 + size] ^= 1;
    EXPECT_EQ(refusal(copy), str("read_image: 'x' is damaged: its chunk ", type, " at byte ", at,
                                 " does not match its checksum; replace it or leave it out"));
    copy = png;
    copy[at] ^= 0x40;
    EXPECT_THAT(refusal(copy), HasSubstr("is cut short or damaged: its chunk " + type));
    at += 12 + size;
  }
  EXPECT_EQ(at, png.size());
}

TEST(Png, TheChecksumOfThePixelDataIsVerifiedToo) {
  Bytes pixels = zlib_stored(kRows);
  EXPECT_THAT(decode_grey(grey_png(pixels), "x").pixels, ElementsAre(10, 20, 30, 40));
  pixels.back() ^= 1;
  EXPECT_THAT(refusal(grey_png(pixels)),
              AllOf(HasSubstr("pixel data in its IDAT chunks do not inflate"),
                    HasSubstr("incorrect data check")));
  pixels = zlib_stored(kRows);
  pixels[2] = 7;  // no such block type
  EXPECT_THAT(refusal(grey_png(pixels)), HasSubstr("invalid block type"));
}

TEST(Png, FilesThatEndEarlyAreRefused) {
  Bytes pixels = zlib_stored(kRows);
  EXPECT_THAT(refusal(PngBytes(2, 2, 8, 0).chunk("IDAT", pixels).bytes()),
              HasSubstr("its last chunk, IEND, is still due"));
  EXPECT_THAT(refusal(grey_png(zlib_stored({0, 10, 20, 0, 30}))),
              HasSubstr("its pixels need 6 bytes and its IDAT chunks hold 5"));
  pixels.resize(pixels.size() - 1);
  EXPECT_THAT(refusal(grey_png(pixels)), HasSubstr("IDAT chunks end within the pixel data"));
  EXPECT_THAT(refusal(PngBytes(2, 2, 8, 0).end()), HasSubstr("IDAT chunks end within"));
  EXPECT_THAT(refusal(PngBytes(255, 255, 8, 0).chunk("IDAT", pixels).end()),
              HasSubstr("its pixels need 65280 bytes and its IDAT chunks hold fewer"));
}

// As Pillow: what follows the last row or IEND is nobody's business, and IDAT may be in parts.
TEST(Png, HarmlessOdditiesAreRead) {
  const Bytes pixels = zlib_stored(kRows), expected{10, 20, 30, 40};
  const auto part = [&](std::size_t from, std::size_t to) {
    return Bytes(pixels.begin() + static_cast<std::ptrdiff_t>(from),
                 pixels.begin() + static_cast<std::ptrdiff_t>(to));
  };
  PngBytes parts(2, 2, 8, 0);
  parts.chunk("IDAT", {}).chunk("IDAT", part(0, 1)).chunk("IDAT", part(1, 9)).chunk("IDAT", {});
  parts.chunk("IDAT", part(9, pixels.size()));
  EXPECT_EQ(decode_grey(parts.end(), "x").pixels, expected);
  Bytes longer = kRows;
  longer.insert(longer.end(), 20, 7);
  EXPECT_EQ(decode_grey(grey_png(zlib_stored(longer)), "x").pixels, expected);
  Bytes followed = grey_png(pixels);
  followed.insert(followed.end(), 5, 'x');
  EXPECT_EQ(decode_grey(followed, "x").pixels, expected);
}

// Pillow's colour there is black; without a filled palette it would be what the memory held.
TEST(Png, IndicesBeyondThePaletteAreBlack) {
  const Bytes pixels = zlib_stored({0, 0, 1, 0, 2, 200});
  EXPECT_THAT(
      decode_rgb(PngBytes(2, 2, 8, 3).chunk("PLTE", {9, 8, 7, 6, 5, 4}).chunk("IDAT", pixels).end(),
                 "x")
          .pixels,
      ElementsAre(9, 8, 7, 6, 5, 4, 0, 0, 0, 0, 0, 0));
}

TEST(Png, HeadersThatNoPngHasAreRefused) {
  const Bytes pixels = zlib_stored(kRows);
  EXPECT_THAT(refusal(PngBytes(2, 2, 3, 0).chunk("IDAT", pixels).end()),
              HasSubstr("colour type 0 with 3 bits does not exist"));
  EXPECT_THAT(refusal(PngBytes(2, 2, 16, 3).chunk("IDAT", pixels).end()),
              HasSubstr("colour type 3 with 16 bits"));
  EXPECT_THAT(refusal(PngBytes(2, 2, 8, 7).chunk("IDAT", pixels).end()),
              HasSubstr("colour type 7"));
  EXPECT_THAT(refusal(PngBytes(0, 2, 8, 0).chunk("IDAT", pixels).end()),
              HasSubstr("declares 0 x 2 pixels"));
  EXPECT_THAT(
      refusal(PngBytes(2, 2, 8, 0).chunk("IHDR", Bytes(13, 0)).end()),
      HasSubstr("its first chunk, and no other, must be IHDR; found chunk IHDR at byte 33"));
  EXPECT_THAT(refusal(PngBytes(2, 2, 8, 0).chunk("CgBI", {}).end()),
              HasSubstr("chunk CgBI at byte 33 is not known, and needed"));
  EXPECT_THAT(refusal(PngBytes(2, 2, 8, 3).chunk("PLTE", Bytes(4, 0)).end()),
              HasSubstr("PLTE at byte 33 has 4 bytes"));
}

}  // namespace
}  // namespace salix::data
