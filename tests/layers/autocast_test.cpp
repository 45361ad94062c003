// Mixed precision: what is rounded under autocast and what is not, and the gradients that come
// back.
#include "layers/functional/autocast.h"

#include <gmock/gmock.h>

#include <functional>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/matmul.h"
#include "layers/functional/upsampled_conv2d.h"
#include "layers/modules/conv_batch_norm.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// A product of x, a weight and a bias.
using Product = std::function<Tensor(const Tensor& x, const Tensor& weight, const Tensor& bias)>;

struct Case {
  const char* name;
  Shape x, weight, bias;
  Product product;
};

std::vector<Case> cases() {
  return {{"conv2d",
           {2, 9, 7, 8},
           {6, 3, 3, 8},
           {6},
           [](const Tensor& x, const Tensor& weight, const Tensor& bias) {
             return conv2d(x, weight, bias, {.padding = 1});
           }},
          {"upsampled_conv2d",
           {2, 4, 5, 8},
           {6, 3, 3, 8},
           {6},
           [](const Tensor& x, const Tensor& weight, const Tensor& bias) {
             return upsampled_conv2d({x}, weight, bias, 8, 10, {.align_corners = true});
           }},
          {"linear", {2, 5, 16}, {7, 16}, {7}, linear},
          {"matmul", {3, 5, 16}, {16, 7}, {7}, [](const auto& x, const auto& w, const auto& b) {
             return matmul(x, w, b);
           }}};
}

class AutocastTest : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, AutocastTest, ::testing::ValuesIn(all_targets()), target_name);

struct Results {
  Tensor y, dx, dweight, dbias;
};

// Fresh leaves; `round` stands where a leaf enters the product.
Results run(Exec& exec, const Case& c, const std::function<Tensor(const Tensor&)>& round) {
  Tensor x = random_leaf(exec, c.x, 1, DType::kFloat32);
  Tensor weight = random_leaf(exec, c.weight, 2, DType::kFloat32);
  Tensor bias = random_leaf(exec, c.bias, 3, DType::kFloat32);
  const Tensor y = c.product(round(x), round(weight), round(bias));
  backward(y, random_tensor(exec, y.shape(), 4).to(y.dtype()));
  return {y.detach(), x.grad(), weight.grad(), bias.grad()};
}
Tensor as_it_is(const Tensor& x) { return x; }
Tensor rounded(const Tensor& x) { return x.to(DType::kBFloat16); }

// That the result is what explicit conversions give says more than a distance to float32 can.
TEST_P(AutocastTest, ProductsAreThoseOfRoundedOperands) {
  for (const Case& c : cases()) {
    const Results full = run(exec(), c, as_it_is), expected = run(exec(), c, rounded);
    const Autocast on(exec());
    const Results found = run(exec(), c, as_it_is);
    EXPECT_EQ(found.y.dtype(), DType::kBFloat16) << c.name;
    EXPECT_TRUE(same_bits(found.y, expected.y)) << c.name;
    const auto gradient = [&](const Tensor& d, const Tensor& explicit_d, const Tensor& full_d) {
      EXPECT_EQ(d.dtype(), DType::kFloat32) << c.name;
      EXPECT_TRUE(same_bits(d, explicit_d)) << c.name;
      // Sums of up to 126 terms below 1, so of a size of a few.
      EXPECT_TRUE(close(d, full_d, {6e-2, 4e-2})) << c.name;
    };
    gradient(found.dx, expected.dx, full.dx);
    gradient(found.dweight, expected.dweight, full.dweight);
    gradient(found.dbias, expected.dbias, full.dbias);
    EXPECT_TRUE(close(found.y, full.y, tolerance::bfloat16)) << c.name;
  }
}

TEST_P(AutocastTest, ScopesNestAndLeaveNothingBehind) {
  const Case c = cases().front();
  const Results before = run(exec(), c, as_it_is);
  {
    const Autocast on(exec());
    {
      const Autocast off(exec(), false);
      EXPECT_FALSE(autocasts(exec()));
      const Results inside = run(exec(), c, as_it_is);
      EXPECT_TRUE(same_bits(inside.y, before.y) && same_bits(inside.dweight, before.dweight));
    }
    EXPECT_TRUE(autocasts(exec()));
    EXPECT_FALSE(autocasts(reference()));
  }
  EXPECT_FALSE(autocasts(exec()));
  const Results after = run(exec(), c, as_it_is);
  EXPECT_TRUE(same_bits(after.y, before.y) && same_bits(after.dx, before.dx));
}

TEST_P(AutocastTest, LeavesFloat64Alone) {
  if (!has_float64()) GTEST_SKIP() << "no float64 on this device";
  const Autocast on(exec());
  const Tensor x = random_tensor(exec(), {2, 3}, 1, DType::kFloat64);
  EXPECT_EQ(linear(x, random_tensor(exec(), {4, 3}, 2, DType::kFloat64)).dtype(), DType::kFloat64);
  EXPECT_EQ(autocast_down(x).dtype(), DType::kFloat64);
  EXPECT_FALSE(autocast_up(Tensor()).defined());
}

TEST_P(AutocastTest, AProductMeetsAFloat32MapInFloat32) {
  Tensor map = random_leaf(exec(), {2, 3}, 1, DType::kFloat32);
  Tensor product = random_tensor(exec(), {2, 3}, 2).to(DType::kBFloat16);
  product.set_requires_grad(true);
  EXPECT_THAT(error_of([&] { add(map, product); }), HasSubstr("bfloat16"));
  const Autocast on(exec());
  const Tensor y = map * product;
  EXPECT_EQ(y.dtype(), DType::kFloat32);
  backward(y, Tensor::full(exec(), y.shape(), 1.0));
  EXPECT_TRUE(close(map.grad(), product, tolerance::exact));
  EXPECT_EQ(product.grad().dtype(), DType::kBFloat16);
  if (!has_float64()) return;
  const Tensor other = random_tensor(exec(), {2, 3}, 3, DType::kFloat64);
  EXPECT_THAT(error_of([&] { add(map, other); }), HasSubstr("one type"));
}

// Batch norms keep float32 statistics; folded, the weight is rounded after the fold.
TEST_P(AutocastTest, NormalisedConvolutionsTrainAndFold) {
  ConvBatchNorm block(exec(), {"conv", "bn"}, 6, 8, {.kernel = 3, .padding = 1, .bias = false});
  const Tensor x = random_tensor(exec(), {2, 9, 7, 6}, 3);
  const Autocast on(exec());
  const Tensor y = block(x, {.relu = true});
  EXPECT_EQ(y.dtype(), DType::kBFloat16);
  backward(y, random_tensor(exec(), y.shape(), 4).to(y.dtype()));
  EXPECT_EQ(block.conv.weight.grad().dtype(), DType::kFloat32);
  EXPECT_EQ(block.norm.weight.grad().dtype(), DType::kFloat32);
  EXPECT_EQ(block.norm.running_mean.dtype(), DType::kFloat32);

  block.eval();
  const NoGrad no_grad(exec());
  const Tensor residual = random_tensor(exec(), y.shape(), 5).to(DType::kBFloat16);
  const Tensor expected = block(x, {.relu = true, .residual = residual});
  block.prepare_inference();
  for (int call = 0; call < 2; ++call) {
    const Tensor found = block(x, {.relu = true, .residual = residual.clone()});
    EXPECT_EQ(found.dtype(), DType::kBFloat16);
    EXPECT_TRUE(close(found, expected, tolerance::bfloat16));
  }
}

}  // namespace
}  // namespace salix::testing
