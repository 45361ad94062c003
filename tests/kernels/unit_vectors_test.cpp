#include "kernels/unit_vectors/unit_vectors.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unit_vectors.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// One pixel of one channel; odd sizes; a warp's lanes and one more; the embedding's 64 channels.
const std::vector<Shape> kShapes{{1, 1, 1, 1}, {2, 3, 5, 7}, {1, 9, 4, 33}, {2, 14, 14, 64}};

class UnitVectorsOp : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, UnitVectorsOp, ::testing::ValuesIn(all_targets()), target_name);

// Both results and the gradient, for upstream gradients of the seeds 5 and 6.
std::vector<Tensor> run(const Tensor& x) {
  Tensor leaf = x.clone();
  leaf.set_requires_grad(true);
  const UnitVectors found = unit_vectors({leaf});
  backward({found.unit, found.located},
           {random_tensor(x.exec(), found.unit.shape(), 5, x.dtype()),
            random_tensor(x.exec(), found.located.shape(), 6, x.dtype())});
  return {found.unit.detach(), found.located.detach(), leaf.grad()};
}

TEST_P(UnitVectorsOp, RefusesBadRequests) {
  const Tensor x = Tensor::zeros(exec(), {1, 2, 2, 3});
  EXPECT_THAT(error_of([&] { unit_vectors({}); }), HasSubstr("needs one or more maps [N,h,w,C]"));
  EXPECT_THAT(error_of([&] {
                unit_vectors({x, Tensor::zeros(exec(), {1, 2, 3, 3})});
              }),
              HasSubstr("must be alike but for the number of images"));
  EXPECT_THAT(error_of([&] { unit_vectors({x.to(DType::kBFloat16)}); }),
              HasSubstr("needs float32"));
  EXPECT_THAT(error_of([&] {
                Tensor unit = x.clone(), located = x.clone(), norms = x.clone();
                kernels::unit_vectors(exec(), {x.view(), unit.mutable_view(),
                                               located.mutable_view(), norms.mutable_view()});
              }),
              HasSubstr("located must have shape [1, 2, 2, 5]"));
}

TEST_P(UnitVectorsOp, MatchesValuesByHand) {
  const UnitVectors found = unit_vectors(
      {from(exec(), {3, 4, 0, 0}, {1, 1, 2, 2}), from(exec(), {0, -2, 5, 0}, {1, 1, 2, 2})});
  EXPECT_TRUE(close(found.unit, {0.6, 0.8, 0, 0, 0, -1, 1, 0}, tolerance::elementwise));
  // Columns lie at -1/2 and 1/2; the one row at 0.
  const double n = std::sqrt(1.25);
  EXPECT_TRUE(close(
      found.located,
      {0.6 / n, 0.8 / n, 0, -0.5 / n, 0, 0, 0, 1, 0, -1 / n, 0, -0.5 / n, 1 / n, 0, 0, 0.5 / n},
      tolerance::elementwise));
}

TEST_P(UnitVectorsOp, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const Tensor w1 = random_tensor(exec(), {3, 3, 2, 4}, 7, DType::kFloat64);
  const Tensor w2 = random_tensor(exec(), {3, 3, 2, 6}, 8, DType::kFloat64);
  const auto function = [&](const std::vector<Tensor>& in) {
    const UnitVectors found = unit_vectors(in);
    return sum(found.unit * w1) + sum(found.located * w2);
  };
  EXPECT_EQ(gradcheck(function,
                      {random_leaf(exec(), {2, 3, 2, 4}, 1), random_leaf(exec(), {1, 3, 2, 4}, 2)}),
            "");
}

// A gradient divides by the vector's length, of which the shortest here is some 0.01.
TEST_P(UnitVectorsOp, AgreesWithTheReference) {
  for (const Shape& shape : kShapes) {
    const Tensor x = random_tensor(exec(), shape, 1);
    const std::vector<Tensor> found = run(x), expected = run(x.to(reference()));
    EXPECT_TRUE(close(found[0], expected[0], tolerance::elementwise)) << shape;
    EXPECT_TRUE(close(found[1], expected[1], tolerance::elementwise)) << shape;
    EXPECT_TRUE(close(found[2], expected[2], {1e-5, 1e-4})) << shape;
  }
}

TEST_P(UnitVectorsOp, AVectorOfNothingStaysFinite) {
  const std::vector<Tensor> found = run(Tensor::zeros(exec(), {1, 3, 3, 4}));
  EXPECT_EQ(dot(found[0], found[0]), 0);
  EXPECT_TRUE(std::isfinite(dot(found[1], found[1])));
  EXPECT_TRUE(std::isfinite(dot(found[2], found[2])));  // up to 1e12 each, as published
}

TEST_P(UnitVectorsOp, StaysInItsBuffersAndRepeats) {
  for (const Shape& shape : kShapes) {
    const Tensor x = random_tensor(exec(), shape, 1);
    const Shape wide = shape.with(3, shape[3] + 2);
    Guarded unit(exec(), shape), located(exec(), wide), norms(exec(), shape.with(3, 2));
    Guarded dx(exec(), shape);
    kernels::unit_vectors(exec(), {x.view(), unit.view(), located.view(), norms.view()});
    const Tensor dunit = random_tensor(exec(), shape, 5), dlocated = random_tensor(exec(), wide, 6);
    kernels::unit_vectors_backward(exec(), {dunit.view(), dlocated.view(), unit.view(),
                                            located.view(), norms.view(), dx.view()});
    EXPECT_TRUE(unit.intact() && located.intact() && norms.intact() && dx.intact()) << shape;
    const std::vector<Tensor> again = run(x);
    EXPECT_TRUE(same_bits(unit.tensor(), again[0]));
    EXPECT_TRUE(same_bits(located.tensor(), again[1]));
    EXPECT_TRUE(same_bits(dx.tensor(), again[2]));
  }
}

TEST(UnitVectorsThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return run(random_tensor(exec, {2, 56, 56, 64}, 1));
  }));
}

}  // namespace
}  // namespace salix::testing
