#include "layers/functional/where.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/where/where.h"
#include "layers/functional/binary.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

const std::vector<Shape> kShapes{{1}, {3}, {8}, {257}, {2, 5, 7, 4}, {1031}, {33, 1024}};

class Where : public OpTest {
 protected:
  // About half ones.
  Tensor mask(const Shape& shape, DType dtype = DType::kFloat32) {
    return greater(random_tensor(exec(), shape, 9), 0).to(dtype);
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, Where, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Where, RefusesBadRequests) {
  const Tensor a = Tensor::zeros(exec(), {2, 3}), b = Tensor::zeros(exec(), {3, 2});
  EXPECT_THAT(error_of([&] { where(a, a, b); }),
              HasSubstr("where: mask, a and b must have one shape; got [2, 3], [2, 3] and [3, 2]"));
  EXPECT_THAT(error_of([&] { where(a.to(DType::kBFloat16), a, a); }),
              HasSubstr("must have one floating type; got bfloat16, float32 and float32"));
  Tensor y = Tensor::zeros(exec(), {2, 3});
  EXPECT_THAT(
      error_of([&] { kernels::where(exec(), a.view(), y.view(), a.view(), y.mutable_view()); }),
      HasSubstr("where: a and y must not overlap"));
}

// NaN on the other side has no influence, and a NaN in the mask counts as not zero.
TEST_P(Where, TakesOneSideAndNothingOfTheOther) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Tensor a = from(exec(), {1, nan, 3, nan}, {4}), b = from(exec(), {nan, 6, nan, 8}, {4});
  a.set_requires_grad(true);
  b.set_requires_grad(true);
  const Tensor y = where(from(exec(), {1, 0, nan, -0.0f}, {4}), a, b);
  EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{1, 6, 3, 8}));
  backward(y, from(exec(), {10, 20, 30, 40}, {4}));
  EXPECT_EQ(a.grad().to_vector<float>(), (std::vector<float>{10, 0, 30, 0}));
  EXPECT_EQ(b.grad().to_vector<float>(), (std::vector<float>{0, 20, 0, 40}));
}

TEST_P(Where, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const Tensor chosen = mask({3, 5}, DType::kFloat64);
  const auto run = [&](const std::vector<Tensor>& in) { return where(chosen, in[0], in[1]); };
  EXPECT_EQ(gradcheck(run, {random_leaf(exec(), {3, 5}, 1), random_leaf(exec(), {3, 5}, 2)}), "");
}

TEST_P(Where, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Shape& shape : kShapes) {
      const Tensor chosen = mask(shape, dtype), dy = random_tensor(exec(), shape, 3, dtype);
      for (const bool only_b : {false, true}) {
        Tensor a = random_tensor(exec(), shape, 1, dtype);
        Tensor b = random_tensor(exec(), shape, 2, dtype);
        Tensor ra = a.to(reference()), rb = b.to(reference());
        for (Tensor* leaf : {&a, &ra}) leaf->set_requires_grad(!only_b);
        for (Tensor* leaf : {&b, &rb}) leaf->set_requires_grad(true);
        const Tensor y = where(chosen, a, b);
        const Tensor expected = where(chosen.to(reference()), ra, rb);
        backward(y, dy);
        backward(expected, dy.to(reference()));
        EXPECT_TRUE(same_bits(y, expected)) << shape << dtype;
        EXPECT_TRUE(same_bits(b.grad(), rb.grad())) << shape << dtype;
        EXPECT_EQ(a.grad().defined(), !only_b);
        if (only_b) continue;
        EXPECT_TRUE(same_bits(a.grad(), ra.grad())) << shape << dtype;
      }
    }
  }
}

TEST_P(Where, StaysInItsBuffers) {
  for (const Shape& shape : kShapes) {
    const Tensor chosen = mask(shape), a = random_tensor(exec(), shape, 1);
    const Tensor b = random_tensor(exec(), shape, 2);
    Guarded y(exec(), shape), da(exec(), shape), db(exec(), shape);
    kernels::where(exec(), chosen.view(), a.view(), b.view(), y.view());
    kernels::where_backward(exec(), chosen.view(), a.view(), da.view(), db.view());
    EXPECT_TRUE(y.intact() && da.intact() && db.intact()) << shape;
    EXPECT_FALSE(std::isnan(dot(y.tensor(), a))) << shape;
    // Together they are the whole of dy.
    EXPECT_TRUE(same_bits(da.tensor() + db.tensor(), a)) << shape;
  }
}

}  // namespace
}  // namespace salix::testing
