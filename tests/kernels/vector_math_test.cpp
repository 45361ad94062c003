// The accuracy that vector_math.h promises, against <cmath> in double.
#include "kernels/common/vector_math.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace salix::kernels {
namespace {

// The distance of neighbouring floats at `value`, subnormals included.
double unit_at(double value) {
  return std::max(std::ldexp(1.0, std::ilogb(value) - 23), std::ldexp(1.0, -149));
}

TEST(VectorMath, ExpIsWithinTwoUnits) {
  double worst = 0;
  for (float x = -103.9f; x < 88.72f; x += 0.000937f) {
    const double expected = std::exp(static_cast<double>(x));
    worst = std::max(worst, std::abs(fast_exp(x) - expected) / unit_at(expected));
  }
  EXPECT_LT(worst, 2);
  EXPECT_GT(worst, 0.4);  // a perfect score would mean that nothing was tried
}

TEST(VectorMath, ExpSaturatesAndKeepsNan) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(fast_exp(0.0f), 1.0f);
  EXPECT_EQ(fast_exp(infinity), infinity);
  EXPECT_EQ(fast_exp(88.73f), infinity);
  EXPECT_EQ(fast_exp(-infinity), 0.0f);
  EXPECT_EQ(fast_exp(-104.1f), 0.0f);
  EXPECT_EQ(fast_exp(-103.0f), std::exp(-103.0f));  // the smallest subnormal
  EXPECT_TRUE(std::isnan(fast_exp(std::numeric_limits<float>::quiet_NaN())));
}

// x^2 / 2 is rounded before it is raised, so the relative error grows with it.
TEST(VectorMath, NormalKeepsItsRelativeAccuracyInTheTail) {
  for (float x = -13; x < 13; x += 0.00061f) {
    const double wide = x;
    const double cumulative = 0.5 * std::erfc(-wide / std::sqrt(2.0));
    const double density = std::exp(-0.5 * wide * wide) / std::sqrt(2 * 3.14159265358979323846);
    const Normal<float> normal = standard_normal(x);
    const double allowed = 6e-7 + 6e-8 * 0.5 * wide * wide;
    ASSERT_NEAR(normal.cumulative, cumulative, allowed * cumulative) << x;
    ASSERT_NEAR(normal.density, density, allowed * density) << x;
  }
}

TEST(VectorMath, NormalSaturatesAndKeepsNan) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(standard_normal(0.0f).cumulative, 0.5f);
  EXPECT_EQ(standard_normal(infinity).cumulative, 1.0f);
  EXPECT_EQ(standard_normal(-infinity).cumulative, 0.0f);
  EXPECT_EQ(standard_normal(1e30f).density, 0.0f);
  EXPECT_TRUE(std::isnan(standard_normal(std::numeric_limits<float>::quiet_NaN()).cumulative));
}

}  // namespace
}  // namespace salix::kernels
