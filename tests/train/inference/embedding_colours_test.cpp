// Colours of embeddings: eigenvectors of small matrices, main directions, and the pictures.
#include "train/inference/embedding_colours.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/tape.h"
#include "models/sfnet/sfnet.h"
#include "tests/support/dhfr_fill.h"
#include "tests/support/tensors.h"
#include "train/inference/symmetric_eigen.h"

namespace salix::testing {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

TEST(SymmetricEigen, SolvesSmallMatrices) {
  const SymmetricEigen two = symmetric_eigen({2, 1, 1, 2}, 2);
  EXPECT_NEAR(two.values[0], 3, 1e-14);
  EXPECT_NEAR(two.values[1], 1, 1e-14);
  EXPECT_NEAR(std::abs(two.vectors[0][0]), std::sqrt(0.5), 1e-14);
  EXPECT_NEAR(two.vectors[0][0], two.vectors[0][1], 1e-14);
  EXPECT_NEAR(two.vectors[1][0], -two.vectors[1][1], 1e-14);
  const SymmetricEigen diagonal = symmetric_eigen({-1, 0, 0, 0, 5, 0, 0, 0, 2}, 3);
  EXPECT_THAT(diagonal.values, ::testing::ElementsAre(5, 2, -1));
  EXPECT_EQ(symmetric_eigen({7}, 1).values[0], 7);
  EXPECT_EQ(symmetric_eigen({0, 0, 0, 0}, 2).values[1], 0);
}

// A v = lambda v, and the vectors are at right angles.
TEST(SymmetricEigen, SolvesALargerMatrixToRounding) {
  constexpr int n = 40;
  Exec exec;
  const std::vector<double> noise =
      random_tensor(exec, {n, n}, 3, DType::kFloat64).to_vector<double>();
  std::vector<double> matrix(n * n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) matrix[i * n + j] = noise[i * n + j] + noise[j * n + i];
  const SymmetricEigen eigen = symmetric_eigen(matrix, n);
  for (int k = 0; k < n; ++k) {
    EXPECT_TRUE(k == 0 || eigen.values[k] <= eigen.values[k - 1]);
    for (int i = 0; i < n; ++i) {
      double product = 0, angle = 0;
      for (int j = 0; j < n; ++j) {
        product += matrix[i * n + j] * eigen.vectors[k][j];
        angle += eigen.vectors[k][j] * eigen.vectors[i][j];
      }
      EXPECT_NEAR(product, eigen.values[k] * eigen.vectors[k][i], 1e-12);
      EXPECT_NEAR(angle, i == k ? 1 : 0, 1e-12);
    }
  }
}

TEST(SymmetricEigen, RefusesWhatIsNoMatrix) {
  EXPECT_THAT(error_of([] { symmetric_eigen({1, 2, 3}, 2); }), HasSubstr("2 x 2 is needed; got 3"));
  EXPECT_THAT(error_of([] { symmetric_eigen({NAN}, 1); }), HasSubstr("must be finite"));
}

// Points on a line through (1, 1, 1) in direction (0, 3, -4) / 5, and a little to the side.
TEST(PrincipalDirections, OfKnownPoints) {
  std::vector<double> points;
  for (const double t : {-2.0, -1.0, 1.0, 2.0})
    for (const double c : {0.0, 3.0, -4.0}) points.push_back(1 + t * c / 5);
  for (const double t : {-0.5, 0.5})
    for (const double c : {1.0, 0.0, 0.0}) points.push_back(1 + t * c);
  const PrincipalDirections principal = principal_directions(points, 3);
  EXPECT_NEAR(principal.singular_values[0], std::sqrt(10), 1e-12);
  EXPECT_NEAR(principal.singular_values[1], std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(principal.singular_values[2], 0, 1e-7);
  // The component of the greatest magnitude is positive.
  EXPECT_NEAR(principal.directions[0][0], 0, 1e-12);
  EXPECT_NEAR(principal.directions[0][1], -0.6, 1e-12);
  EXPECT_NEAR(principal.directions[0][2], 0.8, 1e-12);
  EXPECT_NEAR(principal.directions[1][0], 1, 1e-12);
}

HostValues embedding_of(const Shape& shape, std::uint64_t seed) {
  Exec exec;
  return {shape, random_tensor(exec, shape, seed).to_vector<float>()};
}

TEST(EmbeddingColours, FillTheRangeOfEachChannelAndImage) {
  const HostValues embedding = embedding_of({2, 5, 7, 8}, 1);
  for (const DirectionsOf of : {DirectionsOf::kEachImage, DirectionsOf::kBatch}) {
    const std::vector<data::Image> pictures = embedding_colours(embedding, of);
    ASSERT_EQ(pictures.size(), 2u);
    for (const data::Image& picture : pictures) {
      EXPECT_EQ(picture.height, 5);
      EXPECT_EQ(picture.width, 7);
      for (int c = 0; c < 3; ++c) {
        int least = 255, greatest = 0;
        for (std::size_t k = 0; k < 35; ++k) {
          least = std::min<int>(least, picture.pixels[3 * k + static_cast<std::size_t>(c)]);
          greatest = std::max<int>(greatest, picture.pixels[3 * k + static_cast<std::size_t>(c)]);
        }
        EXPECT_EQ(least, 0);
        EXPECT_EQ(greatest, 255);
      }
    }
  }
}

// Alone, an image's colours are its own; in a batch, they are the batch's.
TEST(EmbeddingColours, OfABatchAreComparable) {
  const HostValues both = embedding_of({2, 4, 4, 6}, 2);
  const auto half = static_cast<std::ptrdiff_t>(both.values.size() / 2);
  const HostValues first{{1, 4, 4, 6}, {both.values.begin(), both.values.begin() + half}};
  EXPECT_EQ(embedding_colours(both)[0].pixels, embedding_colours(first)[0].pixels);
  EXPECT_NE(embedding_colours(both, DirectionsOf::kBatch)[0].pixels,
            embedding_colours(first)[0].pixels);
  HostValues twice = both;
  std::copy(twice.values.begin(), twice.values.begin() + half, twice.values.begin() + half);
  const std::vector<data::Image> same = embedding_colours(twice, DirectionsOf::kBatch);
  EXPECT_EQ(same[0].pixels, same[1].pixels);
}

TEST(EmbeddingColours, LengthsDoNotMatterAndEvenImagesAreBlack) {
  HostValues embedding = embedding_of({1, 3, 4, 5}, 3);
  const data::Image before = embedding_colours(embedding).front();
  for (std::size_t c = 0; c < 5; ++c) embedding.values[10 + c] *= 8.0f;
  EXPECT_EQ(embedding_colours(embedding).front().pixels, before.pixels);
  const HostValues even{{1, 3, 4, 5}, std::vector<float>(60, 2.0f)};
  EXPECT_THAT(embedding_colours(even).front().pixels, Each(0));
  const HostValues zero{{1, 3, 4, 5}, std::vector<float>(60, 0.0f)};
  EXPECT_THAT(embedding_colours(zero).front().pixels, Each(0));
}

TEST(EmbeddingColours, RefusesOtherShapes) {
  EXPECT_THAT(error_of([] {
                embedding_colours({{1, 2, 2, 2}, std::vector<float>(8)});
              }),
              HasSubstr("at least 3 channels is needed"));
  EXPECT_THAT(error_of([] {
                embedding_colours({{1, 1, 1, 3}, {1.0f, NAN, 0.0f}});
              }),
              HasSubstr("must be finite"));
}

// The check numbers at the end of appendix A.2 of DHFR's specification.
TEST(EmbeddingColoursSlow, DirectionsOfSfnetAreThePrintedOnes) {
  Exec exec;
  Sfnet network(exec);
  dhfr_fill(network);
  network.eval();
  const NoGrad no_grad(exec);
  const Tensor embedding =
      network(dhfr_image(exec, 1, DType::kFloat32), dhfr_depth(exec, 1, DType::kFloat32)).embedding;
  std::vector<double> vectors = embedding.to_vector<double>();
  for (std::size_t first = 0; first < vectors.size(); first += 64) {
    double squares = 0;
    for (std::size_t c = 0; c < 64; ++c) squares += vectors[first + c] * vectors[first + c];
    for (std::size_t c = 0; c < 64; ++c) vectors[first + c] /= std::sqrt(squares);
  }
  const PrincipalDirections principal = principal_directions(vectors, 64);
  const std::vector<double> values{15.63697, 14.41880, 13.17204, 7.18815, 6.81300};
  for (std::size_t k = 0; k < values.size(); ++k)
    EXPECT_NEAR(principal.singular_values[k], values[k], 3e-5) << k;
  const std::vector<std::vector<double>> components{{0.0354637, 0.2776759, 0.1162102, 0.3028885},
                                                    {0.0578979, 0.0346010, 0.1422255, 0.1316466},
                                                    {0.0366344, 0.0169112, 0.0241243, 0.1025464}};
  for (std::size_t k = 0; k < components.size(); ++k)
    for (std::size_t c = 0; c < 4; ++c)
      EXPECT_NEAR(std::abs(principal.directions[k][c]), components[k][c], 2e-5) << k << ' ' << c;
}

}  // namespace
}  // namespace salix::testing
