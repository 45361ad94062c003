// Brightness, contrast, colour and sharpness against Pillow's (golden file).
#include "data/image/enhance.h"

#include <gmock/gmock.h>

#include <limits>

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

using Enhancer = void (*)(Image& image, float factor);
constexpr Enhancer kEnhancers[] = {enhance_brightness, enhance_contrast, enhance_colour,
                                   enhance_sharpness};

TEST(Enhance, EqualsPillowToTheBit) {
  std::ifstream file(golden("enhance_pillow.txt"));
  int height = 0, width = 0, channels = 0, tenths = 0, count = 0;
  std::uint32_t seed = 0;
  while (file >> std::dec >> height >> width >> channels >> seed >> tenths >> std::hex) {
    SCOPED_TRACE(str(height, " x ", width, " x ", channels, ", ", tenths, " tenths"));
    for (const Enhancer enhance : kEnhancers) {
      std::uint64_t expected = 0;
      file >> expected;
      Image image = noise(height, width, channels, seed);
      enhance(image, static_cast<float>(tenths / 10.0));
      EXPECT_EQ(fnv(image.pixels), expected);
    }
    ++count;
  }
  EXPECT_EQ(count, 80);
}

// By hand: 0.7 of 101 is 70.7, of 255 is 178.5; nothing is rounded up.
TEST(Enhance, CutsAndTruncates) {
  Image image(1, 3, 1);
  image.pixels = {0, 101, 255};
  Image darker = image, brighter = image;
  enhance_brightness(darker, 0.7f);
  enhance_brightness(brighter, 1.5f);
  EXPECT_THAT(darker.pixels, ElementsAre(0, 70, 178));
  EXPECT_THAT(brighter.pixels, ElementsAre(0, 151, 255));
  enhance_contrast(image, 0.0f);
  EXPECT_THAT(image.pixels, Each(119));  // 356 / 3 = 118.67
}

TEST(Enhance, TheBorderStaysAsItIs) {
  Image image = noise(6, 7, 3, 4);
  const Image before = image;
  enhance_sharpness(image, 0.0f);
  EXPECT_NE(image.pixels, before.pixels);
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 7; ++j) {
      if (i > 0 && i < 5 && j > 0 && j < 6) continue;
      for (int channel = 0; channel < 3; ++channel)
        EXPECT_EQ(image.at(i, j)[channel], before.at(i, j)[channel]);
    }
  }
}

TEST(Enhance, RefusesBadRequests) {
  for (const Enhancer enhance : kEnhancers) {
    Image alpha(2, 2, 4), image(2, 2, 3);
    EXPECT_THAT(error_of([&] { enhance(alpha, 1); }),
                HasSubstr("needs an image of 1 or 3 channels; got 2 x 2 x 4"));
    EXPECT_THAT(error_of([&] { enhance(image, -0.5f); }), HasSubstr("from 0 on; got -0.5"));
    EXPECT_THAT(error_of([&] { enhance(image, std::numeric_limits<float>::quiet_NaN()); }),
                HasSubstr("the factor must be a number"));
  }
}

}  // namespace
}  // namespace salix::data
