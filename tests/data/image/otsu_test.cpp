#include "data/image/otsu.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/data/image/image_support.h"
#include "tests/support/tensors.h"

namespace salix::data::testing {
namespace {

using ::testing::HasSubstr;

// The same two clusters as otsu_input() in tests/golden/make_otsu_median.py.
Image clusters(int height, int width, std::uint32_t seed, int low, int high) {
  Image image = noise(height, width, 1, seed);
  for (std::uint8_t& pixel : image.pixels) {
    const int v = pixel;
    pixel = static_cast<std::uint8_t>(std::min(v % 2 == 0 ? v / 8 + low : v / 4 + high, 255));
  }
  return image;
}

TEST(Otsu, EqualsOpenCv) {
  std::ifstream file(golden("otsu.txt"));
  int height, width, low, high, threshold, count = 0;
  for (std::uint32_t seed; file >> height >> width >> seed >> low >> high >> threshold; ++count) {
    EXPECT_EQ(otsu_threshold(clusters(height, width, seed, low, high)), threshold)
        << "case " << seed;
  }
  EXPECT_EQ(count, 60);
}

TEST(Otsu, ConstantImagesGiveZero) {
  for (const int value : {0, 1, 128, 255}) {
    const Image image(5, 7, 1, static_cast<std::uint8_t>(value));
    EXPECT_EQ(otsu_threshold(image), 0) << value;
    // So all of a constant image is above, but nothing of a black one.
    EXPECT_EQ(above_threshold(image, 0).pixels, Image(5, 7, 1, value > 0 ? 1 : 0).pixels) << value;
  }
}

TEST(Otsu, SeparatesTwoLevelsAtTheLowerOne) {
  Image image(2, 8, 1, 40);
  for (int j = 0; j < 8; ++j) *image.at(1, j) = 200;
  EXPECT_EQ(otsu_threshold(image), 40);
  const Image above = above_threshold(image, 40);
  EXPECT_EQ(*above.at(0, 3), 0);
  EXPECT_EQ(*above.at(1, 3), 1);
}

TEST(Otsu, RefusesColourAndNothing) {
  using salix::testing::error_of;
  EXPECT_THAT(error_of([] { otsu_threshold(Image(2, 2, 3)); }),
              HasSubstr("otsu_threshold: the image must be grey and not empty; got 2 x 2 x 3"));
  EXPECT_THAT(error_of([] { otsu_threshold(Image()); }), HasSubstr("got 0 x 0 x 0"));
  EXPECT_THAT(error_of([] { above_threshold(Image(2, 2, 3), 1); }), HasSubstr("above_threshold"));
}

}  // namespace
}  // namespace salix::data::testing
