// The published geometry of testing classifiers, to the bit (specification of the family, appendix
// A.4), and Pillow's bilinear filter with it.
#include "data/image/centre_crop.h"

#include <gmock/gmock.h>

#include <array>

#include "data/image/resize_pillow.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

// The image of appendix A.2: 24 rows of 32 pixels.
Image check_image() {
  Image image(24, 32, 3);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      image.at(y, x)[0] = static_cast<std::uint8_t>((8 * x + 2 * y) % 256);
      image.at(y, x)[1] = static_cast<std::uint8_t>((3 * x + 9 * y + 60) % 256);
      image.at(y, x)[2] =
          static_cast<std::uint8_t>((255 - 5 * x - 4 * y + 9 * ((x * y) % 7)) % 256);
    }
  }
  return image;
}

std::array<int, 3> channel_sums(const Image& image) {
  std::array<int, 3> sums{};
  for (std::size_t k = 0; k < image.pixels.size(); ++k) sums[k % 3] += image.pixels[k];
  return sums;
}

std::uint32_t fnv1a(const Image& image) {
  std::uint32_t hash = 2166136261u;
  for (const std::uint8_t byte : image.pixels) hash = (hash ^ byte) * 16777619u;
  return hash;
}

TEST(CentreCrop, TheImageIsThePublishedOne) {
  EXPECT_THAT(channel_sums(check_image()), ElementsAre(97536, 105216, 112599));
  EXPECT_EQ(fnv1a(check_image()), 0xdfd99c30u);
}

TEST(CentreCrop, BicubicGeometryIsThePublishedOne) {
  const Image small = resize_short_side(check_image(), 20, resize_bicubic_pillow);
  EXPECT_EQ(small.height, 20);
  EXPECT_EQ(small.width, 26);
  EXPECT_THAT(channel_sums(small), ElementsAre(66069, 71274, 76262));
  EXPECT_EQ(fnv1a(small), 0x9a43f2a8u);
  const Image crop = centre_crop(small, 17);
  EXPECT_THAT(channel_sums(crop), ElementsAre(41399, 42054, 44570));
  EXPECT_EQ(fnv1a(crop), 0xe3dd2c98u);
}

TEST(CentreCrop, BilinearGeometryIsThePublishedOne) {
  const Image small = resize_short_side(check_image(), 20, resize_bilinear_pillow);
  EXPECT_THAT(channel_sums(small), ElementsAre(66039, 71291, 76193));
  EXPECT_EQ(fnv1a(small), 0xc22497e2u);
  const Image crop = centre_crop(small, 15);
  EXPECT_THAT(channel_sums(crop), ElementsAre(33900, 35493, 34889));
  EXPECT_EQ(fnv1a(crop), 0x7473936du);
}

TEST(CentreCrop, TheLongSideIsTruncated) {
  const auto sides = [](int width, int height) {
    const Image image = resize_short_side(Image(height, width, 1), 256, resize_bicubic_pillow);
    return std::array{image.width, image.height};
  };
  EXPECT_THAT(sides(500, 375), ElementsAre(341, 256));
  EXPECT_THAT(sides(375, 500), ElementsAre(256, 341));
  EXPECT_THAT(sides(333, 500), ElementsAre(256, 384));
  EXPECT_THAT(sides(256, 300), ElementsAre(256, 300));
  EXPECT_THAT(sides(7, 7), ElementsAre(256, 256));
}

TEST(CentreCrop, StartsAtHalvesRoundedToEven) {
  for (const auto& [length, first] : {std::pair{4, 0}, {5, 0}, {6, 1}, {7, 2}, {9, 2}, {11, 4}}) {
    Image line(4, length, 1);
    for (int j = 0; j < length; ++j) *line.at(0, j) = static_cast<std::uint8_t>(j);
    EXPECT_EQ(*centre_crop(line, 4).at(0, 0), first) << length;
  }
}

TEST(CentreCrop, RefusesWhatIsTooSmallOrTooLong) {
  EXPECT_THAT([] { centre_crop(Image(4, 9, 3), 5); },
              Throws<InvalidInput>(
                  Property(&Error::what, HasSubstr("must have at least 5 x 5 pixels; got 4 x 9"))));
  EXPECT_THAT([] { resize_short_side(Image(1, 5'000'000, 1), 256, resize_bicubic_pillow); },
              Throws<InvalidInput>(Property(&Error::what, HasSubstr("is too long a picture"))));
  EXPECT_THROW(resize_short_side(Image(), 256, resize_bicubic_pillow), InvalidInput);
}

}  // namespace
}  // namespace salix::data
