// Gaussian smoothing and gradients, by hand-computed values.
#include "data/image/gaussian_blur.h"

#include <gmock/gmock.h>

#include <cmath>

#include "data/image/edge_strength.h"
#include "tests/support/tensors.h"

namespace salix::data::testing {
namespace {

using ::testing::Each;
using ::testing::FloatNear;
using ::testing::HasSubstr;

TEST(GaussianBlur, SpreadsAPointByTheGaussian) {
  FloatMap point(9, 11);
  point.row(4)[5] = 1.0f;
  const FloatMap out = gaussian_blur(point, 1.0f);
  double sum = 0.0;
  for (int k = -3; k <= 3; ++k) sum += std::exp(-0.5 * k * k);
  EXPECT_NEAR(out.row(4)[5], 1.0 / (sum * sum), 1e-6);
  EXPECT_NEAR(out.row(5)[7], std::exp(-0.5) * std::exp(-2.0) / (sum * sum), 1e-6);
  EXPECT_EQ(out.row(0)[5], 0.0f);  // 4 away: beyond three sigma
}

TEST(GaussianBlur, LeavesEvenMapsAndSigmaZeroAlone) {
  EXPECT_THAT(gaussian_blur(FloatMap(5, 4, 7.0f), 2.0f).values, Each(FloatNear(7.0f, 1e-5f)));
  FloatMap map(1, 3);
  map.values = {1.0f, 5.0f, 2.0f};
  EXPECT_EQ(gaussian_blur(map, 0.0f).values, map.values);
  EXPECT_THAT(salix::testing::error_of([&] { gaussian_blur(map, -1.0f); }),
              HasSubstr("sigma must be 0 or more pixels; got -1"));
}

TEST(EdgeStrength, IsTheLengthOfTheGradientOverAllChannels) {
  FloatMap right(5, 5), down(5, 5);
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 5; ++j) {
      right.row(i)[j] = 3.0f * static_cast<float>(j);
      down.row(i)[j] = 4.0f * static_cast<float>(i);
    }
  }
  const std::vector<FloatMap> both{right, down};
  const FloatMap strength = gradient_strength(both);
  EXPECT_FLOAT_EQ(strength.row(2)[2], 5.0f);
  EXPECT_FLOAT_EQ(strength.row(2)[0], std::hypot(1.5f, 4.0f));  // the border repeats
  EXPECT_THAT(salix::testing::error_of([] { gradient_strength({}); }), HasSubstr("at least one"));
}

TEST(EdgeStrength, QuantilesAreValuesOfTheMap) {
  FloatMap map(1, 4);
  map.values = {4.0f, 1.0f, 3.0f, 2.0f};
  EXPECT_EQ(quantile(map, 0.0), 1.0f);
  EXPECT_EQ(quantile(map, 0.5), 2.0f);
  EXPECT_EQ(quantile(map, 0.51), 3.0f);
  EXPECT_EQ(quantile(map, 1.0), 4.0f);
}

}  // namespace
}  // namespace salix::data::testing
