#include "layers/functional/unary.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/unary/unary.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using kernels::UnaryOp;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

struct Function {
  const char* name;
  std::function<Tensor(const Tensor&)> run;
  std::function<double(double)> oracle;  // from <cmath>, in double
  double low, high;                      // where it is tried
};

const std::vector<Function>& functions() {
  static const std::vector<Function> all{
      {"relu", relu, [](double x) { return std::max(x, 0.0); }, -3, 3},
      {"gelu", gelu, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }, -6, 6},
      {"sigmoid", sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -20, 20},
      {"hardswish", hardswish, [](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; },
       -5, 5},
      {"abs", abs, [](double x) { return std::fabs(x); }, -3, 3},
      {"pow", [](const Tensor& x) { return pow(x, 1.7); },
       [](double x) { return std::pow(x, 1.7); }, 0.1, 4},
      {"pow_negative", [](const Tensor& x) { return pow(x, -3); },
       [](double x) { return 1 / (x * x * x); }, 0.5, 3},
      {"exp", exp, [](double x) { return std::exp(x); }, -5, 3},
      {"log", log, [](double x) { return std::log(x); }, 0.05, 9},
      {"clamp", [](const Tensor& x) { return clamp(x, -0.5, 1.25); },
       [](double x) { return std::min(std::max(x, -0.5), 1.25); }, -3, 3},
      {"negate", negate, [](double x) { return -x; }, -3, 3},
      {"square", square, [](double x) { return x * x; }, -3, 3},
      {"sqrt", sqrt, [](double x) { return std::sqrt(x); }, 0.05, 9},
      {"reciprocal", [](const Tensor& x) { return reciprocal(x, 2.5); },
       [](double x) { return 2.5 / x; }, 0.3, 3},
      {"affine", [](const Tensor& x) { return affine(x, -1.5, 0.25); },
       [](double x) { return -1.5 * x + 0.25; }, -3, 3}};
  return all;
}

// 1, below and above a pack, prime, one below and above a block, and one above a CPU range.
const std::vector<Shape> kShapes{{1}, {3}, {9}, {1031}, {255, 4}, {257, 4}, {2, 5, 7, 64}, {32771}};

class Unary : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Unary, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Unary, RefusesBadRequests) {
  const Tensor whole = Tensor::zeros(exec(), {4}, DType::kInt32);
  EXPECT_THAT(error_of([&] { gelu(whole); }),
              HasSubstr("gelu: needs a floating tensor; got int32"));
  Tensor x = Tensor::zeros(exec(), {4});
  EXPECT_THAT(error_of([&] { clamp(x, 2, 1); }),
              HasSubstr("clamp: low must not be above high; got 2 and 1"));
  Tensor wrong = Tensor::zeros(exec(), {5});
  EXPECT_THAT(
      error_of([&] { kernels::unary(exec(), UnaryOp::kRelu, x.view(), wrong.mutable_view()); }),
      HasSubstr("relu: x and y must have one shape; got [4] and [5]"));
  EXPECT_THAT(error_of([&] { kernels::unary(exec(), UnaryOp::kExp, x.view(), x.mutable_view()); }),
              HasSubstr("exp: x and y must not overlap"));
}

TEST_P(Unary, MatchesTheMathLibrary) {
  for (const Function& function : functions()) {
    const Tensor x = random_tensor(exec(), {4099}, 1, function.low, function.high);
    std::vector<double> expected = x.to_vector<double>();
    for (double& value : expected) value = function.oracle(value);
    EXPECT_TRUE(close(function.run(x), expected, tolerance::elementwise)) << function.name;
  }
}

TEST_P(Unary, HandlesSpecialValuesAsPyTorchDoes) {
  const auto at = [&](const auto& function, double x) {
    return function(Tensor::full(exec(), {1}, x)).item();
  };
  const auto limited = [](const Tensor& x) { return clamp(x, -1, 1); };
  for (const Function& function : functions()) {
    EXPECT_TRUE(std::isnan(at(function.run, kNan))) << function.name;
  }
  EXPECT_EQ(at(relu, kInf), kInf);
  EXPECT_EQ(at(relu, -kInf), 0);
  EXPECT_EQ(at(limited, kInf), 1);
  EXPECT_EQ(at(limited, -kInf), -1);
  EXPECT_EQ(at(sigmoid, kInf), 1);
  EXPECT_EQ(at(sigmoid, -kInf), 0);
  EXPECT_EQ(at(sigmoid, -200), 0);
  EXPECT_EQ(at(gelu, kInf), kInf);
  EXPECT_EQ(at(gelu, -50), 0);
  EXPECT_EQ(at(exp, kInf), kInf);
  EXPECT_EQ(at(exp, -kInf), 0);
  EXPECT_EQ(at(exp, 88.8), kInf);
  EXPECT_NEAR(at(exp, -100), 3.783506e-44, 2e-45);  // subnormal
  EXPECT_EQ(at(log, 0), -kInf);
  EXPECT_TRUE(std::isnan(at(log, -1)));
  EXPECT_TRUE(std::isnan(at(sqrt, -1)));
  EXPECT_EQ(at([](const Tensor& x) { return pow(x, 0); }, 0), 1);
}

TEST_P(Unary, TakesTheStatedSideAtKinks) {
  const auto slope = [&](const auto& function, double at, double dy = 1) {
    Tensor x = Tensor::full(exec(), {1}, at);
    x.set_requires_grad(true);
    backward(function(x), Tensor::full(exec(), {1}, dy));
    return x.grad().item();
  };
  const auto limited = [](const Tensor& x) { return clamp(x, -1, 1); };
  EXPECT_EQ(slope(relu, 0), 0);
  EXPECT_EQ(slope(relu, -1, kInf), 0);  // not 0 * inf
  EXPECT_EQ(slope(relu, kNan), 1);
  EXPECT_EQ(slope(abs, 0), 0);
  EXPECT_EQ(slope(limited, 1), 1);
  EXPECT_EQ(slope(limited, -1), 1);
  EXPECT_EQ(slope(limited, 1.5, kInf), 0);
  EXPECT_EQ(slope(hardswish, -3), 0);
  EXPECT_EQ(slope(hardswish, 3), 1);
  EXPECT_EQ(slope([](const Tensor& x) { return pow(x, 0); }, 0), 0);
  EXPECT_EQ(slope([](const Tensor& x) { return pow(x, 2); }, 0), 0);
}

TEST_P(Unary, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const Function& function : functions()) {
    Tensor x = random_tensor(exec(), {3, 11}, 1, function.low, function.high, DType::kFloat64);
    x.set_requires_grad(true);
    EXPECT_EQ(gradcheck([&](const std::vector<Tensor>& in) { return function.run(in[0]); }, {x}),
              "")
        << function.name;
  }
}

TEST_P(Unary, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Tolerance allowed =
        dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16;
    for (const Function& function : functions()) {
      for (const Shape& shape : kShapes) {
        Tensor x = random_tensor(exec(), shape, 1, function.low, function.high, dtype);
        Tensor expected_x = x.to(reference());
        x.set_requires_grad(true);
        expected_x.set_requires_grad(true);
        const Tensor dy = random_tensor(exec(), shape, 2, dtype);
        const Tensor y = function.run(x), expected = function.run(expected_x);
        backward(y, dy);
        backward(expected, dy.to(reference()));
        EXPECT_TRUE(close(y, expected, allowed)) << function.name << " " << shape << " " << dtype;
        EXPECT_TRUE(close(x.grad(), expected_x.grad(), allowed))
            << "gradient of " << function.name << " " << shape << " " << dtype;
      }
    }
  }
}

TEST_P(Unary, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const UnaryOp op : {UnaryOp::kRelu, UnaryOp::kGelu, UnaryOp::kAffine}) {
    const Shape shape{1031};
    const Tensor x = random_tensor(exec(), shape, 1), dy = random_tensor(exec(), shape, 2);
    const auto run = [&] {
      Guarded y(exec(), shape), dx(exec(), shape);
      kernels::unary(exec(), op, x.view(), y.view());
      kernels::unary_backward(exec(), op, x.view(), dy.view(), dx.view());
      EXPECT_TRUE(y.intact() && dx.intact()) << kernels::name_of(op);
      return std::pair{y.tensor(), dx.tensor()};
    };
    const auto [y1, dx1] = run();
    const auto [y2, dx2] = run();
    EXPECT_FALSE(std::isnan(dot(y1, dx1))) << "an element was not written";
    EXPECT_TRUE(same_bits(y1, y2));
    EXPECT_TRUE(same_bits(dx1, dx2));
  }
}

TEST_P(Unary, TakesEmptyTensors) {
  Tensor x = Tensor::zeros(exec(), {0, 3});
  x.set_requires_grad(true);
  const Tensor y = relu(x);
  backward(y, y.detach());
  EXPECT_EQ(x.grad().shape(), (Shape{0, 3}));
}

// What the tape keeps beside x and the result: nothing for relu (it keeps y) and for
// affine, one tensor per gelu of a chain.
TEST_P(Unary, KeepsNoMoreThanTheBackwardNeeds) {
  const Shape shape{1 << 16};
  const std::size_t one = (1 << 16) * sizeof(float);
  const auto held_after = [&](const auto& function) {
    Tensor x = random_tensor(exec(), shape, 1);
    x.set_requires_grad(true);
    const Tensor y = function(function(function(x)));
    return exec().allocator()->stats().in_use_bytes - 2 * one;
  };
  EXPECT_EQ(held_after([](const Tensor& x) { return affine(x, 2, 1); }), 0);
  EXPECT_EQ(held_after(negate), 0);
  EXPECT_EQ(held_after(relu), 2 * one);
  EXPECT_EQ(held_after(gelu), 2 * one);
}

}  // namespace
}  // namespace salix::testing
