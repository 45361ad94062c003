// Decoding and encoding image files against Pillow, and files that are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/image/image_io.h"
#include "engine/error.h"
#include "engine/io/crc32.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::file_bytes;
using testing::fnv;
using testing::golden;
using ::testing::HasSubstr;
using testing::noise;
using ::testing::Property;
using ::testing::Throws;

template <typename Matcher>
auto throws_io_error(const Matcher& matcher) {
  return Throws<IoError>(Property(&IoError::what, matcher));
}

int largest_difference(const Image& a, const Image& b) {
  EXPECT_EQ(a.pixels.size(), b.pixels.size());
  int largest = 0;
  for (std::size_t k = 0; k < std::min(a.pixels.size(), b.pixels.size()); ++k)
    largest = std::max(largest, std::abs(int{a.pixels[k]} - int{b.pixels[k]}));
  return largest;
}

TEST(ReadImage, EqualsPillowForEveryKindOfPngAndBmp) {
  std::ifstream list(golden("decoded.txt"));
  std::string name;
  std::uint64_t rgb = 0, grey = 0;
  int files = 0;
  while (list >> name >> std::hex >> rgb >> grey) {
    SCOPED_TRACE(name);
    const Image image = read_rgb(golden(name));
    EXPECT_EQ(image.height, 11);
    EXPECT_EQ(image.width, 13);
    EXPECT_EQ(image.channels, 3);
    EXPECT_EQ(fnv(image.pixels), rgb);
    EXPECT_EQ(fnv(read_grey(golden(name)).pixels), grey);
    ++files;
  }
  EXPECT_EQ(files, 16);
}

TEST(ReadImage, DecodesJpegWithinThreeLevelsOfPillow) {
  for (const std::string name : {"420.jpg", "444.jpg", "progressive.jpg", "grey.jpg"}) {
    const Image ours = read_rgb(golden(name)), expected = read_rgb(golden(name + ".expected.png"));
    EXPECT_LE(largest_difference(ours, expected), name == "grey.jpg" ? 1 : 3) << name;
  }
}

TEST(ReadImage, LeavesTheExifOrientationAlone) {
  const Image image = read_rgb(golden("rotated.jpg"));
  EXPECT_EQ(image.height, 37);
  EXPECT_EQ(image.width, 53);
  EXPECT_LE(largest_difference(image, read_rgb(golden("rotated.jpg.expected.png"))), 3);
}

TEST(ToGrey, EqualsPillowOverTheColourCube) {
  Image colours(52 * 52, 52, 3);
  std::uint8_t* pixel = colours.pixels.data();
  for (int r = 0; r < 256; r += 5)
    for (int g = 0; g < 256; g += 5)
      for (int b = 0; b < 256; b += 5)
        for (const int value : {r, g, b}) *pixel++ = static_cast<std::uint8_t>(value);
  std::ifstream file(golden("grey.txt"));
  std::uint64_t expected = 0;
  ASSERT_TRUE(file >> std::hex >> expected);
  EXPECT_EQ(fnv(to_grey(colours).pixels), expected);

  // 51.5 exactly: halves go up.
  Image tie(1, 1, 3);
  tie.pixels = {0, 52, 184};
  EXPECT_EQ(to_grey(tie).pixels[0], 52);
}

TEST(EncodePng, KeepsEveryPixelOfGreyRgbAndAlpha) {
  for (const int channels : {1, 3, 4}) {
    const Image image = noise(17, 23, channels, 3);
    const Image rgb = decode_rgb(encode_png(image), "memory");
    EXPECT_EQ(rgb.pixels, to_rgb(image).pixels);
  }
}

TEST(EncodeJpeg, StaysNearSmoothImages) {
  const Image image = read_rgb(golden("444.jpg.expected.png"));
  const Image again = decode_rgb(encode_jpeg(image, 100), "memory");
  EXPECT_LE(largest_difference(image, again), 4);
  EXPECT_LT(encode_jpeg(image, 20).size(), encode_jpeg(image, 95).size());
  EXPECT_THROW(encode_jpeg(noise(4, 4, 4, 1)), InvalidInput);
  EXPECT_THROW(encode_jpeg(image, 101), InvalidInput);
}

TEST(WriteImage, ReplacesTheFileWholeAndLeavesNothingElse) {
  const fs::path folder = fs::path(::testing::TempDir()) / "salix_write_image";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const Image first = noise(5, 6, 3, 1), second = noise(7, 8, 1, 2);
  write_image(folder / "a.PNG", first);
  write_image(folder / "a.PNG", second);
  EXPECT_EQ(read_grey(folder / "a.PNG").pixels, second.pixels);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
  EXPECT_THROW(write_image(folder / "a.tiff", first), InvalidInput);
  EXPECT_THAT([&] { write_image(folder / "missing" / "a.png", first); },
              throws_io_error(AllOf(HasSubstr("missing/a.png"), HasSubstr("folder"))));
  fs::remove_all(folder);
}

TEST(ReadImage, NamesTheFileAndTheRemedy) {
  const fs::path folder = fs::path(::testing::TempDir()) / "salix_read_image";
  fs::create_directories(folder);
  std::ofstream(folder / "empty.png").flush();
  std::ofstream(folder / "text.jpg") << "this is no picture";
  EXPECT_THAT([&] { read_rgb(folder / "absent.png"); },
              throws_io_error(AllOf(HasSubstr("absent.png"), HasSubstr("does not exist"))));
  EXPECT_THAT([&] { read_rgb(folder); }, throws_io_error(HasSubstr("is a folder")));
  EXPECT_THAT([&] { read_rgb(folder / "empty.png"); },
              throws_io_error(AllOf(HasSubstr("empty.png"), HasSubstr("is empty"))));
  EXPECT_THAT([&] { read_grey(folder / "text.jpg"); },
              throws_io_error(AllOf(HasSubstr("text.jpg"), HasSubstr("not a readable"),
                                    HasSubstr("replace it or leave it out"))));
  fs::remove_all(folder);
}

TEST(ReadImage, RefusesATruncatedFileAtEveryOffset) {
  for (const std::string name : {"rgb.png", "palette_alpha.png", "rgb_interlaced.png", "rgb.bmp",
                                 "420.jpg", "progressive.jpg"}) {
    const std::vector<std::uint8_t> bytes = file_bytes(golden(name));
    ASSERT_NO_THROW(decode_rgb(bytes, name));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_THROW(decode_rgb(std::span(bytes).first(size), name), IoError)
          << name << " cut to " << size << " of " << bytes.size();
    }
  }
}

TEST(ReadImage, SurvivesEveryFlippedByte) {
  for (const std::string name :
       {"rgb.png", "palette.png", "grey_16bit.png", "palette.bmp", "420.jpg", "progressive.jpg"}) {
    std::vector<std::uint8_t> bytes = file_bytes(golden(name));
    const DecodeLimits limits{.max_pixels = 1 << 20};
    int decoded = 0;
    for (std::uint8_t& byte : bytes) {
      const std::uint8_t kept = byte;
      byte = static_cast<std::uint8_t>(~kept);
      try {
        const Image image = decode_rgb(bytes, name, limits);
        ASSERT_EQ(image.pixels.size(), image.row_size() * static_cast<std::size_t>(image.height));
        ++decoded;
      } catch (const IoError&) {
      }
      byte = kept;
    }
    EXPECT_LT(decoded, static_cast<int>(bytes.size())) << name;
  }
}

// Width and height stand at bytes 16..23 of a PNG.
std::vector<std::uint8_t> png_declaring(std::uint32_t width, std::uint32_t height) {
  std::vector<std::uint8_t> bytes = file_bytes(golden("rgb.png"));
  for (int k = 0; k < 4; ++k) {
    bytes[16 + k] = static_cast<std::uint8_t>(width >> (24 - 8 * k));
    bytes[20 + k] = static_cast<std::uint8_t>(height >> (24 - 8 * k));
  }
  const std::uint32_t crc = io::crc32(0, std::as_bytes(std::span(bytes).subspan(12, 17)));
  for (int k = 0; k < 4; ++k) bytes[29 + k] = static_cast<std::uint8_t>(crc >> (24 - 8 * k));
  return bytes;
}

TEST(ReadImage, ChecksDeclaredSizesBeforeItAllocates) {
  EXPECT_THAT([] { decode_rgb(png_declaring(17000, 17000), "huge.png"); },
              throws_io_error(AllOf(HasSubstr("huge.png"), HasSubstr("declares 17000 x 17000"))));
  EXPECT_THROW(decode_rgb(png_declaring(40000, 40000), "vast.png"), IoError);
  EXPECT_THROW(decode_rgb(png_declaring(0, 5), "flat.png"), IoError);
  EXPECT_THROW(decode_rgb(png_declaring(0x80000000u, 2), "negative.png"), IoError);
  EXPECT_THROW(decode_rgb(png_declaring(10000, 10000), "short.png"), IoError);
  EXPECT_THAT([] { decode_rgb(file_bytes(golden("rgb.png")), "x.png", {.max_pixels = 100}); },
              throws_io_error(HasSubstr("at most 100 are decoded")));
  EXPECT_THAT([] { read_rgb(golden("rgb.png"), {.max_file_bytes = 100}); },
              throws_io_error(HasSubstr("at most 100 are read")));
}

// A progressive file with its refining scans repeated would cost a pass over all pixels each.
TEST(ReadImage, RefusesJpegsWhoseScansAreMoreWorkThanAPhotograph) {
  std::vector<std::uint8_t> bytes = file_bytes(golden("progressive.jpg"));
  for (std::size_t k = 0; k + 8 < bytes.size(); ++k) {
    if (bytes[k] == 0xFF && bytes[k + 1] == 0xC2) {  // SOF2: height and width follow
      bytes[k + 5] = bytes[k + 7] = 0x3F;
      break;
    }
  }
  const std::vector<std::uint8_t> scan = {0xFF, 0xDA, 0x00, 0x08, 0x01,
                                          0x01, 0x00, 0x01, 0x01, 0x00};
  const auto before_end = static_cast<std::ptrdiff_t>(bytes.size()) - 2;
  for (int k = 0; k < 64; ++k) bytes.insert(bytes.begin() + before_end, scan.begin(), scan.end());
  EXPECT_THAT([&] { decode_rgb(bytes, "scans.jpg"); },
              throws_io_error(AllOf(HasSubstr("scans.jpg"), HasSubstr("JPEG scans"))));
}

// 16 counts of 255 describe 4080 symbols; a decoder that trusts them writes past its table.
TEST(ReadImage, RefusesHuffmanTablesThatOverflow) {
  std::vector<std::uint8_t> bytes = file_bytes(golden("420.jpg"));
  for (std::size_t k = 0; k + 20 < bytes.size(); ++k) {
    if (bytes[k] != 0xFF || bytes[k + 1] != 0xC4) continue;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(k) + 5, 16, std::uint8_t{255});
    break;
  }
  EXPECT_THAT([&] { decode_rgb(bytes, "codes.jpg"); },
              throws_io_error(AllOf(HasSubstr("codes.jpg"), HasSubstr("Huffman table"))));
}

}  // namespace
}  // namespace salix::data
