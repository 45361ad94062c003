#include "layers/functional/binary.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "engine/autograd/tape.h"
#include "kernels/binary/binary.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using kernels::BinaryOp;
using ::testing::HasSubstr;

class Binary : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Binary, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Binary, RefusesBadRequests) {
  const Tensor a = Tensor::zeros(exec(), {2, 3}), b = Tensor::zeros(exec(), {4});
  EXPECT_THAT(error_of([&] { add(a, b); }),
              HasSubstr("add: shapes must be equal or 1 on each axis, counted from the last; got "
                        "[2, 3] and [4]"));
  EXPECT_THAT(error_of([&] { mul(a, a.to(DType::kBFloat16)); }),
              HasSubstr("mul: needs two floating tensors of one type; got float32 and bfloat16"));
  const auto other = make_exec(Target::kReference);
  EXPECT_THAT(error_of([&] { sub(a, a.to(*other)); }), HasSubstr("must be on one Exec"));
  Tensor y = Tensor::zeros(exec(), {2, 2});
  EXPECT_THAT(error_of([&] {
                kernels::binary(exec(), BinaryOp::kDiv, a.view(), a.view(), y.mutable_view());
              }),
              HasSubstr("div: y must have shape [2, 3]; got [2, 2]"));
  EXPECT_THAT(error_of([&] {
                kernels::binary_backward(exec(), BinaryOp::kLess, a.view(), a.view(), a.view(),
                                         y.mutable_view(), {});
              }),
              HasSubstr("less: a mask has no gradient"));
}

TEST_P(Binary, PropagatesNanAsPyTorchDoes) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor a = from(exec(), {nan, 1, nan, 2, 1}, {5}),
               b = from(exec(), {1, nan, nan, 2, 3}, {5});
  for (const auto& extreme : {minimum, maximum}) {
    const auto y = extreme(a, b).to_vector<double>();
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]) && std::isnan(y[2]));
    EXPECT_EQ(y[3], 2);
  }
  EXPECT_EQ(greater_equal(a, b).to_vector<double>(), (std::vector<double>{0, 0, 0, 1, 0}));
  EXPECT_EQ(equal(a, b).to_vector<double>(), (std::vector<double>{0, 0, 0, 1, 0}));
}

TEST_P(Binary, SharesTheGradientOfEqualValues) {
  Tensor a = from(exec(), {1, 2, 3}, {3}), b = from(exec(), {2, 2, 2}, {3});
  a.set_requires_grad(true);
  b.set_requires_grad(true);
  backward(maximum(a, b), from(exec(), {10, 10, 10}, {3}));
  EXPECT_EQ(a.grad().to_vector<double>(), (std::vector<double>{0, 5, 10}));
  EXPECT_EQ(b.grad().to_vector<double>(), (std::vector<double>{10, 5, 0}));
}

TEST_P(Binary, OperatorsTakeTensorsAndNumbers) {
  const Tensor a = from(exec(), {1, 2, 4}, {3}), b = from(exec(), {4, 5, 8}, {3});
  const auto equals = [](const Tensor& y, const std::vector<double>& expected) {
    return y.to_vector<double>() == expected;
  };
  EXPECT_TRUE(equals(a + b, {5, 7, 12}));
  EXPECT_TRUE(equals(a - b, {-3, -3, -4}));
  EXPECT_TRUE(equals(a * b, {4, 10, 32}));
  EXPECT_TRUE(equals(b / a, {4, 2.5, 2}));
  EXPECT_TRUE(equals(-a, {-1, -2, -4}));
  EXPECT_TRUE(equals(a + 1, {2, 3, 5}));
  EXPECT_TRUE(equals(1 + a, {2, 3, 5}));
  EXPECT_TRUE(equals(a - 1, {0, 1, 3}));
  EXPECT_TRUE(equals(1 - a, {0, -1, -3}));
  EXPECT_TRUE(equals(a * 3, {3, 6, 12}));
  EXPECT_TRUE(equals(3 * a, {3, 6, 12}));
  EXPECT_TRUE(equals(a / 2, {0.5, 1, 2}));
  EXPECT_TRUE(equals(2 / a, {2, 1, 0.5}));
  EXPECT_TRUE(equals(greater(a, 2), {0, 0, 1}));
  EXPECT_TRUE(equals(less_equal(a, 2), {1, 1, 0}));
}

TEST_P(Binary, MasksHaveNoGradient) {
  Tensor a = random_tensor(exec(), {3}, 1);
  a.set_requires_grad(true);
  for (const auto& function : {add, sub, mul, div, minimum, maximum}) {
    EXPECT_TRUE(function(a, a).requires_grad());
  }
  using Comparison = Tensor (*)(const Tensor&, const Tensor&);
  for (const Comparison function : {Comparison{greater}, Comparison{greater_equal},
                                    Comparison{less}, Comparison{less_equal}, Comparison{equal}}) {
    EXPECT_FALSE(function(a, a).requires_grad());
  }
}

TEST_P(Binary, SumsOfNothingAreZero) {
  Tensor a = Tensor::zeros(exec(), {0, 3}), b = Tensor::full(exec(), {3}, 1.0);
  b.set_requires_grad(true);
  const Tensor y = mul(a, b);
  EXPECT_EQ(y.shape(), (Shape{0, 3}));
  backward(y, y.detach());
  EXPECT_EQ(b.grad().to_vector<double>(), (std::vector<double>{0, 0, 0}));
}

// The tape keeps a for db and b for da, and nothing at all for a sum.
TEST_P(Binary, KeepsNoMoreThanTheBackwardNeeds) {
  const Shape shape{1 << 16};
  Tensor bias = random_tensor(exec(), {1}, 1);
  bias.set_requires_grad(true);
  const std::size_t before = exec().allocator()->stats().in_use_bytes;
  Tensor y = random_tensor(exec(), shape, 2);
  const std::size_t one = exec().allocator()->stats().in_use_bytes - before;
  y = add(y, bias);
  y = sub(y, bias);
  EXPECT_EQ(exec().allocator()->stats().in_use_bytes - before, one);
  y = mul(y, bias);
  EXPECT_EQ(exec().allocator()->stats().in_use_bytes - before, 2 * one);
}

}  // namespace
}  // namespace salix::testing
