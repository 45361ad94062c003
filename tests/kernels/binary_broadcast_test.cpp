// Broadcasting of the functions of two values: every pattern of shapes, forward and backward.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/binary/binary.h"
#include "layers/functional/binary.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using kernels::BinaryOp;

struct Pattern {
  Shape a, b;
};

// Every fast path, both ways round, packed and unpacked; then mixed patterns.
const std::vector<Pattern> kPatterns{{{2, 3, 5, 8}, {2, 3, 5, 8}},
                                     {{7}, {7}},
                                     {{2, 3, 5, 8}, {}},
                                     {{}, {3, 4}},
                                     {{1, 1}, {13}},
                                     {{2, 3, 5, 8}, {8}},
                                     {{8}, {2, 3, 5, 8}},
                                     {{2, 3, 5, 3}, {3}},
                                     {{2, 3, 5, 8}, {2, 1, 1, 8}},
                                     {{2, 1, 1, 3}, {2, 3, 5, 3}},
                                     {{2, 3, 5, 8}, {2, 3, 5, 1}},
                                     {{2, 3, 5, 1}, {2, 3, 5, 3}},
                                     {{2, 3, 5, 8}, {1, 3, 5, 8}},
                                     {{2, 3, 5, 8}, {2, 3, 1, 1}},
                                     {{2, 1, 5, 1}, {1, 3, 1, 8}},
                                     {{4, 1}, {3}},
                                     {{2, 3, 5, 8}, {3, 1, 8}},
                                     {{2, 1, 3, 1, 2, 1}, {2, 1, 4, 1, 3}},
                                     {{1}, {1}},
                                     {{2, 1, 1, 8}, {2, 3, 5, 1}}};

// Long enough for several partial sums on each device.
const std::vector<Pattern> kLongPatterns{{{2, 40, 40, 64}, {64}},
                                         {{2, 40, 40, 64}, {2, 1, 1, 64}},
                                         {{2, 20, 20, 320}, {2, 20, 20, 1}},
                                         {{1, 101, 103, 7}, {7}},
                                         {{}, {40961}},
                                         {{3, 40000}, {3, 1}},
                                         {{3, 5000}, {5000}}};

struct Function {
  const char* name;
  Tensor (*run)(const Tensor&, const Tensor&);
  std::function<double(double, double)> oracle;
};

const std::vector<Function>& functions() {
  static const std::vector<Function> all{
      {"add", add, [](double a, double b) { return a + b; }},
      {"sub", sub, [](double a, double b) { return a - b; }},
      {"mul", mul, [](double a, double b) { return a * b; }},
      {"div", div, [](double a, double b) { return a / b; }},
      {"minimum", minimum, [](double a, double b) { return std::min(a, b); }},
      {"maximum", maximum, [](double a, double b) { return std::max(a, b); }},
      {"greater", greater, [](double a, double b) { return a > b ? 1.0 : 0.0; }},
      {"greater_equal", greater_equal, [](double a, double b) { return a >= b ? 1.0 : 0.0; }},
      {"less", less, [](double a, double b) { return a < b ? 1.0 : 0.0; }},
      {"less_equal", less_equal, [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
      {"equal", equal, [](double a, double b) { return a == b ? 1.0 : 0.0; }}};
  return all;
}

Shape aligned(const Shape& shape) {
  std::vector<std::int64_t> sizes(6, 1);
  std::copy(shape.begin(), shape.end(), sizes.end() - shape.rank());
  return Shape(std::span<const std::int64_t>(sizes));
}

// Calls visit(y index, a index, b index) for every element, axis by axis: the definition of
// broadcasting, sharing nothing with the kernels.
template <typename Visit>
void for_each_pair(const Shape& a_shape, const Shape& b_shape, const Visit& visit) {
  const Shape a = aligned(a_shape), b = aligned(b_shape);
  std::int64_t count = 1;
  for (int axis = 0; axis < 6; ++axis) count *= std::max(a.dim(axis), b.dim(axis));
  for (std::int64_t y = 0; y < count; ++y) {
    std::int64_t rest = y, a_index = 0, b_index = 0, a_stride = 1, b_stride = 1;
    for (int axis = 5; axis >= 0; --axis) {
      const std::int64_t size = std::max(a.dim(axis), b.dim(axis));
      a_index += std::min(rest % size, a.dim(axis) - 1) * a_stride;
      b_index += std::min(rest % size, b.dim(axis) - 1) * b_stride;
      a_stride *= a.dim(axis);
      b_stride *= b.dim(axis);
      rest /= size;
    }
    visit(static_cast<std::size_t>(y), static_cast<std::size_t>(a_index),
          static_cast<std::size_t>(b_index));
  }
}

// Away from zero, for div.
Tensor operand(Exec& exec, const Shape& shape, std::uint64_t seed, DType dtype) {
  return random_tensor(exec, shape, seed, 0.5, 2.0, dtype);
}

class BinaryBroadcast : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, BinaryBroadcast, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(BinaryBroadcast, MatchesTheDefinition) {
  for (const Function& function : functions()) {
    for (const Pattern& pattern : kPatterns) {
      const Tensor a = operand(exec(), pattern.a, 1, DType::kFloat32);
      const Tensor b = operand(exec(), pattern.b, 2, DType::kFloat32);
      const Tensor y = function.run(a, b);
      const auto x = a.to_vector<double>(), z = b.to_vector<double>();
      std::vector<double> expected(static_cast<std::size_t>(y.numel()));
      for_each_pair(pattern.a, pattern.b, [&](std::size_t at, std::size_t i, std::size_t j) {
        expected[at] = function.oracle(x[i], z[j]);
      });
      EXPECT_TRUE(close(y, expected, tolerance::elementwise))
          << function.name << " " << pattern.a << " with " << pattern.b;
    }
  }
}

// Of mul, whose slopes see both operands; gradcheck has the other functions.
TEST_P(BinaryBroadcast, GradientsMatchTheDefinition) {
  for (const auto& patterns : {kPatterns, kLongPatterns}) {
    for (const Pattern& pattern : patterns) {
      Tensor a = operand(exec(), pattern.a, 1, DType::kFloat32);
      Tensor b = operand(exec(), pattern.b, 2, DType::kFloat32);
      a.set_requires_grad(true);
      b.set_requires_grad(true);
      const Tensor y = mul(a, b);
      const Tensor dy = random_tensor(exec(), y.shape(), 3);
      backward(y, dy);
      const auto x = a.to_vector<double>(), z = b.to_vector<double>(), g = dy.to_vector<double>();
      std::vector<double> da(x.size()), db(z.size());
      for_each_pair(pattern.a, pattern.b, [&](std::size_t at, std::size_t i, std::size_t j) {
        da[i] += g[at] * z[j];
        db[j] += g[at] * x[i];
      });
      const auto allowed = [&](std::size_t count) {
        const std::int64_t terms = y.numel() / static_cast<std::int64_t>(count);
        return tolerance::reduction(terms, 4.0 * static_cast<double>(terms));  // |a b dy| < 4
      };
      EXPECT_TRUE(close(a.grad(), da, allowed(x.size()))) << pattern.a << " with " << pattern.b;
      EXPECT_TRUE(close(b.grad(), db, allowed(z.size()))) << pattern.a << " with " << pattern.b;
    }
  }
}

TEST_P(BinaryBroadcast, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const Function& function : functions()) {
    if (std::string(function.name) == "greater") break;  // masks from here on
    for (const Pattern& pattern : kPatterns) {
      Tensor a = operand(exec(), pattern.a, 1, DType::kFloat64);
      Tensor b = operand(exec(), pattern.b, 2, DType::kFloat64);
      a.set_requires_grad(true);
      b.set_requires_grad(true);
      const auto run = [&](const std::vector<Tensor>& in) { return function.run(in[0], in[1]); };
      EXPECT_EQ(gradcheck(run, {a, b}), "")
          << function.name << " " << pattern.a << " with " << pattern.b;
    }
  }
}

TEST_P(BinaryBroadcast, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Function& function : functions()) {
      for (const Pattern& pattern : kPatterns) {
        Tensor a = operand(exec(), pattern.a, 1, dtype), b = operand(exec(), pattern.b, 2, dtype);
        Tensor ra = a.to(reference()), rb = b.to(reference());
        for (Tensor* leaf : {&a, &b, &ra, &rb}) leaf->set_requires_grad(true);
        const Tensor y = function.run(a, b), expected = function.run(ra, rb);
        const Tolerance allowed =
            dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16;
        EXPECT_TRUE(close(y, expected, allowed))
            << function.name << " " << pattern.a << " with " << pattern.b << " " << dtype;
        if (!y.requires_grad()) continue;  // a mask
        const Tensor dy = random_tensor(exec(), y.shape(), 3, dtype);
        backward(y, dy);
        backward(expected, dy.to(reference()));
        // Up to 240 terms below 8; in bfloat16 only the result is rounded.
        Tolerance sums = tolerance::reduction(240, 8 * 240);
        if (dtype == DType::kBFloat16) sums = tolerance::bfloat16;
        EXPECT_TRUE(close(a.grad(), ra.grad(), sums)) << function.name << " " << pattern.a;
        EXPECT_TRUE(close(b.grad(), rb.grad(), sums)) << function.name << " " << pattern.b;
      }
    }
  }
}

TEST_P(BinaryBroadcast, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const auto& patterns : {kPatterns, kLongPatterns}) {
    for (const Pattern& pattern : patterns) {
      const Tensor a = operand(exec(), pattern.a, 1, DType::kFloat32);
      const Tensor b = operand(exec(), pattern.b, 2, DType::kFloat32);
      const Shape out = mul(a, b).shape();
      const Tensor dy = random_tensor(exec(), out, 3);
      const auto run = [&] {
        Guarded y(exec(), out), da(exec(), pattern.a), db(exec(), pattern.b);
        kernels::binary(exec(), BinaryOp::kMul, a.view(), b.view(), y.view());
        kernels::binary_backward(exec(), BinaryOp::kMul, a.view(), b.view(), dy.view(), da.view(),
                                 db.view());
        EXPECT_TRUE(y.intact() && da.intact() && db.intact()) << pattern.a << pattern.b;
        return std::vector{y.tensor(), da.tensor(), db.tensor()};
      };
      const auto first = run(), second = run();
      for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_TRUE(same_bits(first[i], second[i])) << pattern.a << pattern.b;
        EXPECT_FALSE(std::isnan(dot(first[i], first[i]))) << "an element was not written";
      }
    }
  }
}

// Either gradient alone has the bits it has in company.
TEST_P(BinaryBroadcast, MakesOnlyTheGradientsThatAreWanted) {
  for (const Pattern& pattern : kPatterns) {
    const Tensor a = operand(exec(), pattern.a, 1, DType::kFloat32);
    const Tensor b = operand(exec(), pattern.b, 2, DType::kFloat32);
    const auto gradients = [&](bool wants_a, bool wants_b) {
      Tensor x = a.detach(), z = b.detach();
      x.set_requires_grad(wants_a);
      z.set_requires_grad(wants_b);
      const Tensor y = div(x, z);
      backward(y, random_tensor(exec(), y.shape(), 3));
      return std::pair{x.grad(), z.grad()};
    };
    const auto both = gradients(true, true);
    const auto only_a = gradients(true, false), only_b = gradients(false, true);
    EXPECT_FALSE(only_a.second.defined() || only_b.first.defined());
    EXPECT_TRUE(same_bits(only_a.first, both.first)) << pattern.a << pattern.b;
    EXPECT_TRUE(same_bits(only_b.second, both.second)) << pattern.a << pattern.b;
  }
}

TEST(BinaryBroadcastThreads, DoNotChangeTheBits) {
  for (const Pattern& pattern : kLongPatterns) {
    EXPECT_TRUE(same_bits_with_one_or_two_threads([&](Exec& exec) {
      Tensor a = operand(exec, pattern.a, 1, DType::kFloat32);
      Tensor b = operand(exec, pattern.b, 2, DType::kFloat32);
      a.set_requires_grad(true);
      b.set_requires_grad(true);
      const Tensor y = div(a, b);
      backward(y, random_tensor(exec, y.shape(), 3));
      return std::vector{y, a.grad(), b.grad()};
    })) << pattern.a
        << pattern.b;
  }
}

}  // namespace
}  // namespace salix::testing
