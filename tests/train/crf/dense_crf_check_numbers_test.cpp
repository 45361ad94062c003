// The dense CRF against the marginals that the original C++ library prints.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/train/crf/crf_scene.h"
#include "train/crf/dense_crf.h"

namespace salix::testing {
namespace {

struct Printed {
  int x, y;
  double probability;  // seven decimals
};

struct Row {
  const char* name;
  int height, width;
  DenseCrfParams params;
  double sum;
  int foreground;
  std::vector<Printed> pixels;
};

std::vector<Row> small_rows() {
  const DenseCrfParams once{.iterations = 1};
  const DenseCrfParams gaussian{.bilateral_weight = 0, .iterations = 1};
  const DenseCrfParams bilateral{.gaussian_weight = 0, .iterations = 1};
  const auto small = [](const std::vector<double>& q) {
    return std::vector<Printed>{{0, 0, q[0]},   {32, 24, q[1]}, {16, 12, q[2]}, {63, 47, q[3]},
                                {20, 24, q[4]}, {21, 24, q[5]}, {44, 24, q[6]}, {45, 24, q[7]}};
  };
  return {{"gaussian", 48, 64, gaussian, 728.123876, 440,
           small({0.5322430, 0.8776510, 0.1225984, 0.1509124, 0.1827408, 0.2152283, 0.7693865,
                  0.7177100})},
          {"bilateral", 48, 64, bilateral, 459.509540, 437,
           small({0.0890572, 0.9763788, 0.0110300, 0.0168749, 0.0102891, 0.8686635, 0.0570626,
                  0.0611140})},
          {"both, 1 iteration", 48, 64, once, 440.220121, 437,
           small({0.0455055, 0.9921921, 0.0036231, 0.0070681, 0.0053948, 0.8088875, 0.0796364,
                  0.0662285})},
          {"both, 10 iterations",
           48,
           64,
           {},
           436.997837,
           437,
           small({0.0000383, 0.9999986, 0.0000009, 0.0000059, 0.0000096, 0.9998166, 0.0000527,
                  0.0000326})}};
}

std::vector<Row> large_rows() {
  const DenseCrfParams once{.iterations = 1};
  const auto large = [](const std::vector<double>& q) {
    return std::vector<Printed>{{0, 0, q[0]},     {160, 160, q[1]}, {80, 80, q[2]},
                                {319, 319, q[3]}, {80, 160, q[4]},  {81, 160, q[5]},
                                {240, 160, q[6]}, {241, 160, q[7]}};
  };
  return {{"320, 1 iteration", 320, 320, once, 20298.105933, 20069,
           large({0.0985105, 0.9976410, 0.0026475, 0.0136218, 0.0066761, 0.8385275, 0.1167374,
                  0.0759107})},
          {"320, 10 iterations",
           320,
           320,
           {},
           20069.004786,
           20069,
           large({0.0004851, 0.9999996, 0.0000005, 0.0000492, 0.0000248, 0.9996580, 0.0001802,
                  0.0000485})}};
}

void expect_printed(const std::vector<Row>& rows) {
  Exec exec;
  for (const Row& row : rows) {
    const CrfScene scene(row.height, row.width);
    const DenseCrfResult found = dense_crf(exec, scene.guide, scene.labels, row.params);
    const std::vector<float>& q = found.probability.values;
    // The library's float32 sums differ from ours by rounding only; 2e-6 of a marginal.
    EXPECT_NEAR(std::accumulate(q.begin(), q.end(), 0.0), row.sum, 2e-6 * row.sum) << row.name;
    EXPECT_EQ(std::count(found.labels.pixels.begin(), found.labels.pixels.end(), 1), row.foreground)
        << row.name;
    for (const Printed& pixel : row.pixels) {
      EXPECT_NEAR(found.probability.row(pixel.y)[pixel.x], pixel.probability, 2e-6)
          << row.name << " (" << pixel.x << ", " << pixel.y << ")";
    }
    if (row.params.iterations == 10) {
      EXPECT_EQ(found.labels.pixels, scene.disc.pixels) << row.name;
    }
  }
}

TEST(DenseCrfCheckNumbers, EqualTheOriginalLibrary) { expect_printed(small_rows()); }
TEST(DenseCrfCheckNumbersSlow, EqualTheOriginalLibrary) { expect_printed(large_rows()); }

}  // namespace
}  // namespace salix::testing
