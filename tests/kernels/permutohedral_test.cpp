#include "kernels/permutohedral/permutohedral.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Built {
  Tensor weight, vertex, neighbour;

  explicit Built(Exec& exec, const Tensor& feature) {
    const std::int64_t dims = feature.dim(0), points = feature.dim(1);
    weight = poisoned(exec, {points, dims + 1});
    vertex = poisoned(exec, {points, dims + 1}, DType::kInt32);
    Tensor key = poisoned(exec, {points * (dims + 1)}, DType::kInt64);
    const std::int64_t count = kernels::permutohedral_vertices(
        exec, feature.view(), weight.mutable_view(), vertex.mutable_view(), key.mutable_view());
    neighbour = poisoned(exec, {dims + 1, 2, count}, DType::kInt32);
    kernels::permutohedral_neighbours(exec, {key.view().data, {count}, DType::kInt64},
                                      neighbour.mutable_view());
  }
  kernels::PermutohedralLattice lattice() const {
    return {weight.view(), vertex.view(), neighbour.view()};
  }
  Tensor filter(Exec& exec, const Tensor& x) const {
    Guarded y(exec, x.shape());
    kernels::permutohedral_filter(exec, lattice(), x.view(), y.view());
    EXPECT_TRUE(y.intact());
    return y.tensor();
  }
};

struct Case {
  int dims;
  std::int64_t points;
  double span;  // standard deviations to each side
};
// One point; the CRF's dimensions; all others; a block of 256 threads and one more.
const std::vector<Case> kCases{{2, 1, 3},  {5, 257, 4}, {2, 256, 6}, {1, 100, 9},
                               {3, 77, 5}, {4, 33, 2},  {6, 130, 1}};

Tensor features(Exec& exec, const Case& c) {
  return random_tensor(exec, {c.dims, c.points}, 5, -c.span, c.span);
}

class Permutohedral : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Permutohedral, ::testing::ValuesIn(all_targets()), target_name);

// Numbers, not only sums, are the same on every device: order of first appearance.
TEST_P(Permutohedral, BuildsTheReferencesLattice) {
  for (const Case& c : kCases) {
    const Built expected(reference(), features(reference(), c));
    const Built found(exec(), features(exec(), c));
    EXPECT_TRUE(same_bits(found.vertex, expected.vertex)) << c.dims;
    EXPECT_TRUE(same_bits(found.neighbour, expected.neighbour)) << c.dims;
    EXPECT_TRUE(close(found.weight, expected.weight.to_vector<double>(), tolerance::elementwise))
        << c.dims;
  }
}

TEST_P(Permutohedral, WeightsAreAPartitionOfOne) {
  for (const Case& c : kCases) {
    const Built built(exec(), features(exec(), c));
    const std::vector<double> weight = built.weight.to_vector<double>();
    for (std::size_t p = 0; p < static_cast<std::size_t>(c.points); ++p) {
      double sum = 0;
      for (std::size_t r = 0; r <= static_cast<std::size_t>(c.dims); ++r) {
        const double w = weight[p * (static_cast<std::size_t>(c.dims) + 1) + r];
        EXPECT_GE(w, -1e-5);
        sum += w;
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
}

// The point's own vertex A gives half to B, B half of that to C, and C half of that back to A
// (the three corners of a simplex lie on three axes): 1 + 1/8, times 1 / (1 + 1/4).
TEST_P(Permutohedral, ASinglePointAtAVertexSeesItself) {
  const Built built(exec(), from(exec(), {0, 0}, {2, 1}));
  const double expected = 1.125 / 1.25;
  EXPECT_TRUE(
      close(built.filter(exec(), from(exec(), {3}, {1})), {3 * expected}, tolerance::elementwise));
}

// The lattice approximates the Gaussian, coarsely: at this spacing of points it loses an
// eighth of the sum, and up to 0.27 of a single value. The symmetric norm makes up for most.
TEST_P(Permutohedral, ApproximatesTheGaussian) {
  constexpr int kSide = 25;
  constexpr float kSigma = 3;
  std::vector<float> feature, x(kSide * kSide, 0.0f);
  for (int i = 0; i < kSide * kSide; ++i) feature.push_back(static_cast<float>(i % kSide) / kSigma);
  for (int i = 0; i < kSide * kSide; ++i) feature.push_back(static_cast<float>(i / kSide) / kSigma);
  x[kSide * kSide / 2] = 1;  // the centre
  const Built built(exec(), from(exec(), feature, {2, kSide * kSide}));
  const std::vector<double> y =
      built.filter(exec(), from(exec(), x, {kSide * kSide})).to_vector<double>();
  double sum = 0;
  for (int i = 0; i < kSide * kSide; ++i) {
    const double dx = (i % kSide - 12) / 3.0, dy = (i / kSide - 12) / 3.0;
    EXPECT_NEAR(y[static_cast<std::size_t>(i)], std::exp(-(dx * dx + dy * dy) / 2), 0.3) << i;
    sum += y[static_cast<std::size_t>(i)];
  }
  EXPECT_NEAR(sum, 2 * 3.14159265 * kSigma * kSigma, 0.15 * 2 * 3.14159265 * kSigma * kSigma);
}

TEST_P(Permutohedral, FilterAgreesWithTheReferenceAtAnyScale) {
  for (const Case& c : kCases) {
    for (const double scale : {1.0, 1e-20, 1e20, 0.0}) {
      const Built mine(exec(), features(exec(), c)), theirs(reference(), features(reference(), c));
      const Tensor x = random_tensor(exec(), {c.points}, 6, -scale, scale);
      const Tensor found = mine.filter(exec(), x);
      const Tensor expected = theirs.filter(reference(), x.to(reference()));
      EXPECT_TRUE(close(found, expected.to_vector<double>(), {2e-6 * scale * 10, 1e-5}))
          << c.dims << " " << scale;
    }
  }
}

TEST_P(Permutohedral, AnXThatIsNotFiniteShows) {
  const Case c{2, 20, 1};
  const Built built(exec(), features(exec(), c));
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    std::vector<float> x(20, 1.0f);
    x[7] = bad;
    const auto y = built.filter(exec(), from(exec(), x, {20})).to_vector<float>();
    EXPECT_FALSE(std::isfinite(y[7])) << bad;
  }
}

TEST_P(Permutohedral, RepeatsToTheBit) {
  for (const Case& c : kCases) {
    const Tensor x = random_tensor(exec(), {c.points}, 6);
    const Built first(exec(), features(exec(), c)), second(exec(), features(exec(), c));
    EXPECT_TRUE(same_bits(first.vertex, second.vertex));
    EXPECT_TRUE(same_bits(first.filter(exec(), x), second.filter(exec(), x))) << c.dims;
  }
}

TEST_P(Permutohedral, RefusesBadRequests) {
  const auto build = [&](const Tensor& feature) {
    return error_of([&] { Built(exec(), feature); });
  };
  EXPECT_THAT(build(random_tensor(exec(), {7, 2}, 1)), HasSubstr("1 to 6 dimensions; got 7"));
  EXPECT_THAT(build(random_tensor(exec(), {2, 0}, 1)), HasSubstr("points; got 0"));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float bad : {nan, 1e6f, std::numeric_limits<float>::infinity()}) {
    EXPECT_THAT(build(from(exec(), {0, 0, 0, bad, 0}, {5, 1})),
                HasSubstr("raise the standard deviations"));
  }
  const Built built(exec(), from(exec(), {0, 0}, {2, 1}));
  EXPECT_THAT(error_of([&] {
                built.filter(exec(), from(exec(), {1, 2}, {2}));
              }),
              HasSubstr("permutohedral_filter: weight must have shape [2, 3]; got [1, 3]"));
}

TEST(PermutohedralThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Case c{3, 50000, 12};  // three parts
    const Built built(exec, features(exec, c));
    return std::vector{built.vertex, built.neighbour,
                       built.filter(exec, random_tensor(exec, {c.points}, 6))};
  }));
}

}  // namespace
}  // namespace salix::testing
