// Rotation against Pillow's (golden file).
#include "data/image/rotate.h"

#include <gmock/gmock.h>

#include "tests/data/image/image_support.h"
#include "tests/support/tensors.h"

namespace salix::data {
namespace {

using salix::testing::error_of;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::fnv;
using testing::golden;
using ::testing::HasSubstr;
using testing::noise;

constexpr std::uint8_t kOutside = 128;  // as in make_rotate_enhance.py

TEST(Rotate, EqualsPillowToTheBit) {
  std::ifstream file(golden("rotate_pillow.txt"));
  int height = 0, width = 0, channels = 0, degrees = 0, count = 0;
  std::uint32_t seed = 0;
  std::uint64_t bicubic = 0, nearest = 0;
  for (; file >> std::dec >> height >> width >> channels >> seed >> degrees >> std::hex >>
         bicubic >> nearest;
       ++count) {
    SCOPED_TRACE(str(height, " x ", width, " x ", channels, " by ", degrees));
    const Image image = noise(height, width, channels, seed);
    EXPECT_EQ(fnv(rotate_bicubic(image, degrees).pixels), bicubic);
    EXPECT_EQ(fnv(rotate_nearest(image, degrees, kOutside).pixels), nearest);
  }
  EXPECT_EQ(count, 128);
}

TEST(Rotate, ByAQuarterTurnsTheTopToTheLeft) {
  Image image(2, 2, 1);
  image.pixels = {1, 2, 3, 4};
  EXPECT_THAT(rotate_bicubic(image, 90).pixels, ElementsAre(2, 4, 1, 3));
  EXPECT_THAT(rotate_nearest(image, 90, 0).pixels, ElementsAre(2, 4, 1, 3));
}

TEST(Rotate, CornersComeFromOutside) {
  const Image white(20, 30, 3, 255);
  for (const int degrees : {-15, 14}) {
    const Image black_corners = rotate_bicubic(white, degrees);
    const Image grey_corners = rotate_nearest(white, degrees, kOutside);
    EXPECT_THAT(std::vector(black_corners.at(0, 0), black_corners.at(0, 0) + 3), Each(0));
    EXPECT_THAT(std::vector(grey_corners.at(19, 29), grey_corners.at(19, 29) + 3), Each(kOutside));
    EXPECT_EQ(*black_corners.at(10, 15), 255);
    EXPECT_EQ(*grey_corners.at(10, 15), 255);
  }
}

TEST(Rotate, NearestTurnsAnyNumberOfChannelsTogether) {
  const Image first = noise(17, 23, 1, 1), second = noise(17, 23, 1, 2);
  Image both(17, 23, 2);
  for (std::size_t k = 0; k < first.pixels.size(); ++k) {
    both.pixels[2 * k] = first.pixels[k];
    both.pixels[2 * k + 1] = second.pixels[k];
  }
  const Image turned = rotate_nearest(both, 11, 0), one = rotate_nearest(first, 11, 0),
              other = rotate_nearest(second, 11, 0);
  for (std::size_t k = 0; k < one.pixels.size(); ++k) {
    ASSERT_EQ(turned.pixels[2 * k], one.pixels[k]);
    ASSERT_EQ(turned.pixels[2 * k + 1], other.pixels[k]);
  }
}

TEST(Rotate, NeedsPixels) {
  EXPECT_THAT(error_of([] { rotate_bicubic({}, 3); }),
              HasSubstr("rotate_bicubic: the image has no"));
  EXPECT_THAT(error_of([] { rotate_nearest({}, 3, 0); }),
              HasSubstr("rotate_nearest: the image has"));
}

}  // namespace
}  // namespace salix::data
