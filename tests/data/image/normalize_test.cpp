// Pixels to network inputs and back, against NumPy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "data/image/normalize.h"
#include "engine/error.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

Image all_levels() {
  Image image(1, 256, 3);
  for (int v = 0; v < 256; ++v)
    for (int c = 0; c < 3; ++c) image.at(0, v)[c] = static_cast<std::uint8_t>(v);
  return image;
}

TEST(NormalizeRgb, EqualsNumpyToTheBitForAllLevels) {
  std::vector<float> x(768, std::numeric_limits<float>::quiet_NaN());
  normalize_rgb(all_levels(), x);
  EXPECT_EQ(x, testing::npy_values<float>("normalized.npy"));
}

TEST(DenormalizeRgb, LosesOneLevelExactlyWhereNumpyDoes) {
  std::vector<float> x(768);
  normalize_rgb(all_levels(), x);
  const Image back = denormalize_rgb(x, 1, 256);
  EXPECT_EQ(back.pixels, testing::npy_values<std::uint8_t>("denormalized.npy"));
  int lower[3] = {};
  for (int v = 0; v < 256; ++v) {
    for (int c = 0; c < 3; ++c) {
      const int loss = v - back.at(0, v)[c];
      ASSERT_TRUE(loss == 0 || loss == 1);
      lower[c] += loss;
    }
  }
  EXPECT_THAT(lower, ElementsAre(38, 42, 42));
}

TEST(DenormalizeRgb, ClampsWhatNoPixelCanHold) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {-100.0f,  100.0f,    std::numeric_limits<float>::quiet_NaN(),
                                infinity, -infinity, 1e30f};
  EXPECT_THAT(denormalize_rgb(x, 1, 2).pixels, ElementsAre(0, 255, 0, 255, 0, 255));
}

TEST(NormalizeMask, StretchesToNearlyOneAndMakesConstantMasksZero) {
  Image mask(1, 4, 1);
  mask.pixels = {10, 20, 30, 210};
  std::vector<float> out(4);
  normalize_mask(mask, out);
  EXPECT_THAT(
      out, ElementsAre(0.0f, static_cast<float>(10 / 200.00001), static_cast<float>(20 / 200.00001),
                       static_cast<float>(200 / 200.00001)));
  for (const std::uint8_t level : {0, 7, 255}) {
    normalize_mask(Image(1, 4, 1, level), out);
    EXPECT_THAT(out, Each(0.0f));
  }
}

TEST(ScaleModality, DividesBy255InFloat) {
  std::vector<float> out(768);
  scale_modality(all_levels(), out);
  for (int v = 0; v < 256; ++v) ASSERT_EQ(out[3 * v + 1], static_cast<float>(v) / 255.0f);
}

TEST(Pack, MovesChannelsLastAndBack) {
  std::vector<float> nchw(2 * 3 * 2 * 2), nhwc(nchw.size(), -1.0f), again(nchw.size(), -1.0f);
  std::iota(nchw.begin(), nchw.end(), 0.0f);
  pack_channels_last(nchw, 2, 3, 2, 2, nhwc);
  EXPECT_THAT(nhwc, ElementsAre(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11,  //
                                12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23));
  unpack_channels_first(nhwc, 2, 3, 2, 2, again);
  EXPECT_EQ(again, nchw);
}

TEST(ToUint8, TruncatesAndLosesNothingAfterQuantizing) {
  FloatMap map(1, 256);
  for (int k = 0; k < 256; ++k) map.values[k] = static_cast<float>(k) / 255.0f;
  const Image image = to_uint8_truncated(map);
  for (int k = 0; k < 256; ++k) ASSERT_EQ(image.pixels[k], k);

  map.values = {0.9999f, 0.5f, -0.2f, 1.7f, 0.00392f, std::numeric_limits<float>::quiet_NaN()};
  map.width = 6;
  EXPECT_THAT(to_uint8_truncated(map).pixels, ElementsAre(254, 127, 0, 255, 0, 0));
}

TEST(QuantizeTo255, RoundsHalfToEvenAndClamps) {
  FloatMap map(1, 5);
  map.values = {0.5f, 0.9999f, 0.7f / 255, 1.2f, -0.1f};  // 0.5 is 127.5: to the even 128
  quantize_to_255(map);
  EXPECT_THAT(map.values, ElementsAre(128.0f / 255, 1.0f, 1.0f / 255, 1.0f, 0.0f));
  map.values[0] = 2.5f / 255;
  ASSERT_EQ(map.values[0] * 255.0f, 2.5f);
  quantize_to_255(map);
  EXPECT_EQ(map.values[0], 2.0f / 255);
}

TEST(Normalize, RefusesBuffersThatDoNotFit) {
  std::vector<float> small(5);
  EXPECT_THROW(normalize_rgb(all_levels(), small), InvalidInput);
  EXPECT_THROW(normalize_rgb(Image(2, 2, 1), small), InvalidInput);
  EXPECT_THROW(denormalize_rgb(small, 1, 2), InvalidInput);
  EXPECT_THROW(pack_channels_last(small, 1, 5, 1, 1, std::span(small).first(4)), InvalidInput);
}

}  // namespace
}  // namespace salix::data
