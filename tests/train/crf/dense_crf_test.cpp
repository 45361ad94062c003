#include "train/crf/dense_crf.h"

#include <gmock/gmock.h>

#include <cmath>

#include "data/image/normalize.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/train/crf/crf_scene.h"
#include "train/crf/crf_label.h"
#include "train/crf/refine_map.h"

namespace salix::testing {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

class DenseCrf : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, DenseCrf, ::testing::ValuesIn(all_targets()), target_name);

void expect_near_golden(const DenseCrfResult& found, const std::string& name) {
  Exec exec;
  const std::vector<float> expected = golden(exec, "crf/" + name + ".npy").to_vector<float>();
  ASSERT_EQ(found.probability.values.size(), expected.size()) << name;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found.probability.values[i], expected[i], 5e-6) << name << " at " << i;
    EXPECT_EQ(found.labels.pixels[i], expected[i] > 0.5f ? 1 : 0) << name << " at " << i;
  }
}

TEST_P(DenseCrf, EqualsThePeerOnDegenerateSizes) {
  for (const auto& [height, width] :
       {std::pair{13, 11}, std::pair{1, 9}, std::pair{7, 1}, std::pair{1, 1}, std::pair{2, 3}}) {
    const CrfScene scene(height, width, true);
    expect_near_golden(dense_crf(exec(), scene.guide, scene.labels),
                       str("dark_", height, "x", width));
  }
}

// 4 does not divide the 143 pixels. Without the padding point, marginals differ by 3e-3.
TEST_P(DenseCrf, BringsThePeersPaddingPoint) {
  CrfScene scene(13, 11, true);
  for (std::uint8_t& value : scene.guide.pixels) value = static_cast<std::uint8_t>(value + 3);
  const DenseCrfParams params{.certainty = 0.6,
                              .gaussian_weight = 0,
                              .bilateral_xy = 2,
                              .bilateral_weight = 1,
                              .iterations = 1};
  expect_near_golden(dense_crf(exec(), scene.guide, scene.labels, params), "padding_13x11");
}

TEST_P(DenseCrf, EqualsThePeerOnAConstantGuide) {
  const CrfScene scene(20, 24);
  expect_near_golden(dense_crf(exec(), data::Image(20, 24, 3, 77), scene.labels), "constant_guide");
}

TEST_P(DenseCrf, AgreesWithTheReference) {
  const CrfScene scene(30, 41);
  const DenseCrfResult expected = dense_crf(reference(), scene.guide, scene.labels);
  const DenseCrfResult found = dense_crf(exec(), scene.guide, scene.labels);
  EXPECT_EQ(found.labels.pixels, expected.labels.pixels);
  for (std::size_t i = 0; i < expected.probability.values.size(); ++i) {
    EXPECT_NEAR(found.probability.values[i], expected.probability.values[i], 2e-6) << i;
  }
}

TEST_P(DenseCrf, RepeatsToTheBit) {
  const CrfScene scene(17, 20);
  const DenseCrfResult first = dense_crf(exec(), scene.guide, scene.labels);
  EXPECT_EQ(dense_crf(exec(), scene.guide, scene.labels).probability.values,
            first.probability.values);
}

// Without a kernel or without iterations nothing is passed on: the given certainty remains.
TEST_P(DenseCrf, KeepsTheUnaryWithoutMessages) {
  const CrfScene scene(6, 5);
  for (const DenseCrfParams& params :
       {DenseCrfParams{.certainty = 0.8, .iterations = 0},
        DenseCrfParams{.certainty = 0.8, .gaussian_weight = 0, .bilateral_weight = 0}}) {
    const DenseCrfResult found = dense_crf(exec(), scene.guide, scene.labels, params);
    EXPECT_EQ(found.labels.pixels, scene.labels.pixels);
    for (std::size_t i = 0; i < scene.labels.pixels.size(); ++i) {
      EXPECT_NEAR(found.probability.values[i], scene.labels.pixels[i] == 1 ? 0.8 : 0.2, 1e-6);
    }
  }
}

TEST_P(DenseCrf, MakesThePeersPseudoLabel) {
  const CrfScene scene(40, 40);
  std::vector<float> input(scene.guide.pixels.size());
  data::normalize_rgb(scene.guide, input);
  data::FloatMap map(40, 40);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      map.row(y)[x] = static_cast<float>(0.6 * *scene.disc.at(y, x) +
                                         0.4 * ((37 * x + 59 * y + 3 * x * y) % 256) / 255.0);
    }
  }
  const data::Image label = crf_label(exec(), map, input);
  EXPECT_EQ(label.pixels, golden(reference(), "crf/label.npy").to_vector<std::uint8_t>());
}

TEST(DenseCrfThreads, GiveEqualBits) {
  const CrfScene scene(200, 220);  // enough points for several parts
  std::vector<float> expected;
  for (const int threads : {1, 2, 3}) {
    Exec exec({}, {.threads = threads});
    const std::vector<float> found =
        dense_crf(exec, scene.guide, scene.labels, {.iterations = 3}).probability.values;
    if (threads == 1) expected = found;
    EXPECT_EQ(found, expected) << threads;
  }
}

TEST(CrfLabel, ConstantMapsStayConstant) {
  Exec exec;
  const std::vector<float> input(std::size_t{12} * 12 * 3, 0.25f);
  for (const float p : {0.0f, 0.002f}) {  // 255 * 0.002 is truncated to 0
    EXPECT_THAT(crf_label(exec, data::FloatMap(12, 12, p), input).pixels, Each(0)) << p;
  }
  for (const float p : {0.3f, 1.0f}) {  // Otsu's threshold is 0: all is above it
    EXPECT_THAT(crf_label(exec, data::FloatMap(12, 12, p), input).pixels, Each(1)) << p;
  }
}

TEST(RefineMap, WorksAtTheAskedSizeAndAnswersAtTheImages) {
  Exec exec;
  const CrfScene scene(60, 50);
  data::Image map(30, 25, 1);  // half size: resized to fit
  for (int i = 0; i < 30; ++i) {
    for (int j = 0; j < 25; ++j) {
      *map.at(i, j) = *scene.disc.at(2 * i, 2 * j) != 0 ? 120 : 10;
    }
  }
  const RefinedMap at_48 = refine_map(exec, scene.guide, map, {.size = 48});
  EXPECT_EQ(at_48.probability.height, 48);
  EXPECT_EQ(at_48.labels.height, 60);
  const RefinedMap own = refine_map(exec, scene.guide, map, {.size = 0});
  EXPECT_EQ(own.probability.width, 50);
  // The corners of a disc of radius 12 are the median's to round off.
  int different = 0;
  for (std::size_t i = 0; i < own.labels.pixels.size(); ++i) {
    different += own.labels.pixels[i] != (scene.disc.pixels[i] != 0 ? 255 : 0) ? 1 : 0;
  }
  EXPECT_LE(different, 20);
  // Nothing is above one half.
  EXPECT_THAT(refine_map(exec, scene.guide, map, {.size = 0, .otsu = false}).labels.pixels,
              Each(0));
}

TEST(DenseCrfErrors, NameTheRule) {
  Exec exec;
  const CrfScene scene(4, 4);
  const auto refused = [&](const DenseCrfParams& params) {
    return error_of([&] { dense_crf(exec, scene.guide, scene.labels, params); });
  };
  EXPECT_THAT(error_of([&] { dense_crf(exec, scene.labels, scene.labels); }),
              HasSubstr("dense_crf: the guide must be an RGB image; got 4 x 4 x 1"));
  EXPECT_THAT(error_of([&] { dense_crf(exec, scene.guide, data::Image(4, 5, 1)); }),
              HasSubstr("labels must be 4 x 4 x 1 like the guide; got 4 x 5 x 1"));
  EXPECT_THAT(error_of([&] { dense_crf(exec, scene.guide, data::Image(4, 4, 1, 255)); }),
              HasSubstr("labels must be 0 or 1; got 255"));
  EXPECT_THAT(refused({.certainty = 1}), HasSubstr("between 0 and 1; got 1"));
  EXPECT_THAT(refused({.certainty = std::nan("")}), HasSubstr("between 0 and 1; got nan"));
  EXPECT_THAT(refused({.bilateral_xy = 0}), HasSubstr("standard deviations must be positive"));
  EXPECT_THAT(refused({.bilateral_weight = -1}), HasSubstr("finite and not negative; got -1"));
  EXPECT_THAT(refused({.iterations = -1}), HasSubstr("iterations must not be negative; got -1"));
  EXPECT_THAT(refused({.bilateral_rgb = 1e-6}), HasSubstr("raise the standard deviations"));
  EXPECT_THAT(error_of([&] { crf_label(exec, data::FloatMap(2, 2), std::vector<float>(48)); }),
              HasSubstr("three values per pixel of the map; got 48 values for a map of 2 x 2"));
}

}  // namespace
}  // namespace salix::testing
