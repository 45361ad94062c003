#include "layers/functional/spherical_kmeans.h"

#include <gmock/gmock.h>

#include <cmath>

#include "layers/functional/unit_vectors.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using Ints = std::vector<std::int32_t>;

class SphericalKmeans : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, SphericalKmeans, ::testing::ValuesIn(all_targets()), target_name);

// Unit vectors around as many directions as there are blocks of 4 x 4 pixels: far from any border
// between two clusters, so that every implementation must agree.
Tensor blocks(Exec& exec, std::int64_t images, std::int64_t height, std::int64_t width,
              std::int64_t channels) {
  const Tensor noise = random_tensor(exec, {images, height, width, channels}, 2, -0.1, 0.1);
  std::vector<float> values = noise.to_vector<float>();
  std::size_t at = 0;
  for (std::int64_t n = 0; n < images; ++n) {
    for (std::int64_t i = 0; i < height; ++i) {
      for (std::int64_t j = 0; j < width; ++j) {
        const std::int64_t direction = (n + i / 4 * 3 + j / 4) % channels;
        values[at + static_cast<std::size_t>(direction)] += 1.0f;
        at += static_cast<std::size_t>(channels);
      }
    }
  }
  return unit_vectors({from(exec, values, noise.shape())}).unit;
}

TEST_P(SphericalKmeans, RefusesBadRequests) {
  const Tensor z = Tensor::zeros(exec(), {1, 4, 4, 3});
  EXPECT_THAT(
      error_of([&] { spherical_kmeans(z, {.clusters = 0}); }),
      HasSubstr("spherical_kmeans: needs 1 to 256 clusters a side and 0 or more iterations"));
  EXPECT_THAT(error_of([&] {
                spherical_kmeans(z.reshape({16, 3}));
              }),
              HasSubstr("z must be [N,h,w,C]"));
  EXPECT_THAT(error_of([&] { spherical_kmeans(z.to(DType::kBFloat16)); }),
              HasSubstr("needs float32"));
}

// Cell widths of DHFR: 6, 11, 11, 11, 11, 6 of 56.
TEST_P(SphericalKmeans, StartsFromCells) {
  const Tensor z = Tensor::zeros(exec(), {1, 56, 56, 1});
  const Ints found =
      spherical_kmeans(z, {.clusters = 6, .iterations = 0}).to_vector<std::int32_t>();
  const int first[] = {0, 6, 17, 28, 39, 50};
  for (int k = 0; k < 6; ++k) {
    const auto at = static_cast<std::size_t>(first[k]);
    EXPECT_EQ(found[at * 56], k) << "row " << first[k];
    EXPECT_EQ(found[at], 6 * k) << "column " << first[k];
    if (k > 0) EXPECT_EQ(found[(at - 1) * 56], k - 1);
  }
}

// Four pixels in a row, two cells: by hand.
TEST_P(SphericalKmeans, MatchesARoundByHand) {
  const Tensor z = from(exec(), {1, 0, 0, 1, 0, 1, 0.6f, 0.8f}, {1, 1, 4, 2});
  // Columns of cells 0 0 1 1: clusters 0 and 2. Centres (1,1)/sqrt 2 and
  // (0.6,1.8)/1.9: the second and third pixel are nearer to the latter, the others to the former.
  EXPECT_EQ(spherical_kmeans(z, {.clusters = 2, .iterations = 1}).to_vector<std::int32_t>(),
            (Ints{0, 2, 2, 0}));
}

// All vectors alike: every centre that is not empty is equal, the first one wins.
TEST_P(SphericalKmeans, TheFirstOfEqualCentresWins) {
  const Tensor z = Tensor::full(exec(), {1, 5, 5, 4}, 0.5);
  EXPECT_EQ(spherical_kmeans(z, {.clusters = 3}).to_vector<std::int32_t>(), Ints(25, 0));
}

// An empty cluster has the centre zero: who is unlike all others goes there.
TEST_P(SphericalKmeans, AnEmptyClusterAttractsWhoIsUnlikeAll) {
  // One column: clusters 2 and 3 are empty from the start.
  const Tensor z = from(exec(), {1, 0, 1, 0, 1, 0, -1, 0}, {1, 4, 1, 2});
  // Centres: rows 0 and 1 give (1,0); rows 2 and 3 give the sum 0, a centre of zero.
  EXPECT_EQ(spherical_kmeans(z, {.clusters = 2, .iterations = 1}).to_vector<std::int32_t>(),
            (Ints{0, 0, 0, 1}));
}

TEST_P(SphericalKmeans, AgreesWithTheReference) {
  // One pixel; a tile of 16 and of 128 pixels, and one more; more channels than a vector.
  for (const Shape& shape : std::vector<Shape>{{1, 1, 1, 3},
                                               {2, 4, 4, 5},
                                               {1, 1, 17, 9},
                                               {2, 16, 8, 16},
                                               {1, 43, 3, 10},
                                               {2, 20, 24, 66}}) {
    for (const int clusters : {1, 3, 4}) {
      const Tensor z = blocks(exec(), shape[0], shape[1], shape[2], shape[3]);
      const KmeansParams params{.clusters = clusters};
      EXPECT_EQ(spherical_kmeans(z, params).to_vector<std::int32_t>(),
                spherical_kmeans(z.to(reference()), params).to_vector<std::int32_t>())
          << shape << " " << clusters;
    }
  }
}

TEST_P(SphericalKmeans, StaysInItsBufferAndRepeats) {
  const Tensor z = unit_vectors({random_tensor(exec(), {2, 13, 11, 10}, 1)}).unit;
  Guarded found(exec(), {2, 13, 11}, DType::kInt32);
  kernels::spherical_kmeans(exec(), z.view(), found.view(), {});
  EXPECT_TRUE(found.intact());
  EXPECT_TRUE(same_bits(found.tensor(), spherical_kmeans(z)));
}

TEST(SphericalKmeansThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return std::vector{
        spherical_kmeans(unit_vectors({random_tensor(exec, {2, 56, 56, 64}, 1)}).located)};
  }));
}

}  // namespace
}  // namespace salix::testing
