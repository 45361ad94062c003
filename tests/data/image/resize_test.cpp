// Resampling against Pillow and OpenCV (golden files) and the specification's check vectors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/image/resize_opencv.h"
#include "data/image/resize_pillow.h"
#include "engine/error.h"
#include "engine/parallel.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

using testing::check_pattern;
using ::testing::ElementsAre;
using testing::fnv;
using testing::golden;
using ::testing::HasSubstr;
using testing::noise;
using ::testing::Property;
using ::testing::Throws;

struct Case {
  int h, w, h2, w2, c;
  std::uint32_t seed;
  std::uint64_t bicubic, nearest;
};

std::vector<Case> golden_cases() {
  std::ifstream file(golden("resize_pillow.txt"));
  std::vector<Case> cases;
  Case k{};
  while (file >> std::dec >> k.h >> k.w >> k.h2 >> k.w2 >> k.c >> k.seed >> std::hex >> k.bicubic >>
         k.nearest)
    cases.push_back(k);
  return cases;
}

TEST(ResizePillow, EqualsPillowToTheBitInAllGoldenSizes) {
  const std::vector<Case> cases = golden_cases();
  ASSERT_GT(cases.size(), 100u);
  for (const Case& k : cases) {
    SCOPED_TRACE(str(k.h, "x", k.w, "x", k.c, " to ", k.h2, "x", k.w2));
    const Image image = noise(k.h, k.w, k.c, k.seed);
    EXPECT_EQ(fnv(resize_bicubic_pillow(image, k.h2, k.w2).pixels), k.bicubic);
    EXPECT_EQ(fnv(resize_nearest_pillow(image, k.h2, k.w2).pixels), k.nearest);
  }
}

TEST(ResizePillow, ReproducesTheCheckVectors) {
  const Image image = check_pattern(7, 9);
  EXPECT_THAT(resize_bicubic_pillow(image, 5, 5).pixels,
              ElementsAre(30, 98, 159, 131, 44, 113, 196, 120, 68, 157, 185, 82, 107, 176, 133, 102,
                          110, 195, 83, 123, 108, 146, 92, 145, 143));
  EXPECT_THAT(resize_nearest_pillow(image, 5, 5).pixels,
              ElementsAre(0, 74, 148, 222, 40, 118, 204, 34, 120, 206, 177, 13, 105, 197, 33, 236,
                          78, 176, 18, 116, 98, 208, 62, 172, 26));
  const Image larger = resize_bicubic_pillow(check_pattern(4, 5), 6, 8);
  EXPECT_THAT(std::vector(larger.row(0), larger.row(1)),
              ElementsAre(0, 9, 35, 58, 82, 105, 130, 146));
  EXPECT_THAT(std::vector(larger.row(5), larger.row(5) + 8),
              ElementsAre(178, 211, 219, 60, 0, 43, 87, 114));
}

TEST(ResizePillow, NearestTakesPillowsSideWhereACentreFallsOnABorder) {
  Image two(1, 2, 1);
  two.pixels = {10, 20};
  // Centre 3 of 7 lies exactly between both; Pillow's sum arrives just below.
  EXPECT_THAT(resize_nearest_pillow(two, 1, 7).pixels, ElementsAre(10, 10, 10, 10, 20, 20, 20));
}

TEST(Resize, GivesEqualBitsForAnyNumberOfThreads) {
  const Image image = noise(301, 203, 3, 9);
  FloatMap map(301, 203);
  for (std::size_t k = 0; k < map.values.size(); ++k) map.values[k] = image.pixels[k] / 255.0f;
  const int before = thread_count();
  set_thread_count(1);
  const Image bicubic = resize_bicubic_pillow(image, 320, 320);
  const Image bilinear = resize_bilinear_opencv(image, 320, 320);
  const FloatMap bilinear_map = resize_bilinear_opencv(map, 320, 320);
  for (const int threads : {2, 3, 5}) {
    set_thread_count(threads);
    EXPECT_EQ(resize_bicubic_pillow(image, 320, 320).pixels, bicubic.pixels);
    EXPECT_EQ(resize_bilinear_opencv(image, 320, 320).pixels, bilinear.pixels);
    EXPECT_EQ(resize_bilinear_opencv(map, 320, 320).values, bilinear_map.values);
  }
  set_thread_count(before);
}

TEST(Resize, RefusesEmptySizesAndUnknownChannels) {
  const auto says = [](const char* text) {
    return Throws<InvalidInput>(Property(&InvalidInput::what, HasSubstr(text)));
  };
  const Image image = noise(4, 4, 3, 1);
  EXPECT_THAT([&] { resize_bicubic_pillow(image, 0, 5); },
              says("resize_bicubic_pillow: sizes must be positive; got 4 x 4 to 0 x 5"));
  EXPECT_THAT([&] { resize_nearest_pillow(Image(), 5, 5); }, says("got 0 x 0 to 5 x 5"));
  EXPECT_THAT([&] { resize_bicubic_pillow(noise(4, 4, 4, 1), 5, 5); },
              says("1 or 3 channels; got 4"));
  EXPECT_THAT([&] { resize_bilinear_opencv(image, 5, -1); }, says("got 4 x 4 to 5 x -1"));
}

struct OpencvCase {
  int h, w, h2, w2;
};
constexpr OpencvCase kOpencvCases[] = {
    {4, 5, 6, 7}, {9, 7, 20, 31}, {40, 40, 27, 33}, {32, 32, 61, 45}};

TEST(ResizeOpencv, EqualsOpencvToTheBitInBothTypes) {
  for (std::uint32_t k = 0; k < 4; ++k) {
    const auto [h, w, h2, w2] = kOpencvCases[k];
    SCOPED_TRACE(str(h, "x", w, " to ", h2, "x", w2));
    const Image image = noise(h, w, 1, 100 + k);
    FloatMap map(h, w);
    for (std::size_t p = 0; p < map.values.size(); ++p)
      map.values[p] = static_cast<float>(image.pixels[p]) / 255.0f;

    EXPECT_EQ(resize_bilinear_opencv(image, h2, w2).pixels,
              testing::npy_values<std::uint8_t>(str("opencv_uint8_", k, ".npy")));
    EXPECT_EQ(resize_bilinear_opencv(map, h2, w2).values,
              testing::npy_values<float>(str("opencv_float_", k, ".npy")));
  }
}

TEST(ResizeOpencv, ReproducesTheCheckVector) {
  const Image image = check_pattern(4, 5);
  FloatMap map(4, 5);
  for (std::size_t p = 0; p < map.values.size(); ++p)
    map.values[p] = static_cast<float>(image.pixels[p]) / 255.0f;
  const FloatMap larger = resize_bilinear_opencv(map, 6, 7);
  const double expected[] = {0.115686, 0.201961, 0.309804, 0.417647, 0.52549, 0.633333, 0.719608};
  for (int j = 0; j < 7; ++j) EXPECT_NEAR(larger.row(1)[j], expected[j], 5e-7) << j;
}

TEST(ResizeOpencv, ABinaryMapStaysBinaryAndColoursAreIndependent) {
  Image mask = noise(20, 20, 1, 3);
  for (std::uint8_t& value : mask.pixels) value &= 1;
  const Image larger = resize_bilinear_opencv(mask, 45, 31);
  EXPECT_THAT(larger.pixels, ::testing::Each(::testing::Le(1)));
  EXPECT_THAT(larger.pixels, ::testing::Contains(1));

  const Image rgb = noise(9, 8, 3, 4);
  const Image all = resize_bilinear_opencv(rgb, 13, 5);
  for (int c = 0; c < 3; ++c) {
    Image one(9, 8, 1);
    for (std::size_t p = 0; p < one.pixels.size(); ++p) one.pixels[p] = rgb.pixels[3 * p + c];
    const Image resized = resize_bilinear_opencv(one, 13, 5);
    for (std::size_t p = 0; p < resized.pixels.size(); ++p)
      ASSERT_EQ(all.pixels[3 * p + c], resized.pixels[p]);
  }
}

}  // namespace
}  // namespace salix::data
