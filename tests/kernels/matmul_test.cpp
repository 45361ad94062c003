#include "layers/functional/matmul.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* name;
  Shape a, b;
  MatmulParams params;
  bool bias;

  Shape y() const { return kernels::matmul_output_shape(a, b, params); }
  Shape columns() const { return {y().dim(-1)}; }
};

// The table of tests/golden/make_matmul.py; the flags are {transpose_a, transpose_b}.
const std::vector<Case> kGolden{
    {"plain", {5, 7}, {7, 3}, {false, false}, true},
    {"transpose_a", {7, 5}, {7, 3}, {true, false}, false},
    {"transpose_b", {5, 7}, {3, 7}, {false, true}, true},
    {"transpose_both", {7, 5}, {3, 7}, {true, true}, false},
    {"batched", {2, 3, 4, 5}, {2, 3, 5, 6}, {false, false}, true},
    {"batched_transpose_a", {3, 5, 4}, {3, 5, 2}, {true, false}, false},
    {"batched_transpose_b", {3, 4, 5}, {3, 6, 5}, {false, true}, false},
    {"batched_transpose_both", {3, 5, 4}, {3, 6, 5}, {true, true}, true},
    {"shared_b", {2, 3, 4, 5}, {5, 6}, {false, false}, true},
    {"shared_b_transposed", {3, 4, 5}, {6, 5}, {false, true}, true}};

// Beyond the golden ones: sizes of 1, around a vector and a block, and real layers.
std::vector<Case> all_cases() {
  std::vector<Case> cases = kGolden;
  cases.push_back({"one", {1, 1}, {1, 1}, {true, true}, true});
  cases.push_back({"row", {1, 130}, {130, 1}, {}, false});
  cases.push_back({"column", {1, 17}, {1, 31}, {true, false}, true});
  cases.push_back({"odd", {63, 65}, {33, 65}, {false, true}, true});
  cases.push_back({"attention", {2, 3, 49, 32}, {2, 3, 49, 32}, {false, true}, false});
  cases.push_back({"swin_mlp", {1, 49, 96}, {384, 96}, {false, true}, true});
  return cases;
}

// Sums of `terms` products of values in [-1, 1), whose absolute values average 1/4.
Tolerance sum_of(std::int64_t terms) {
  const double k = static_cast<double>(terms);
  return tolerance::reduction(terms, k / 2 + 2 * std::sqrt(k) + 1);
}

std::int64_t inner_size(const Case& c) { return c.a.dim(c.params.transpose_a ? -2 : -1); }

class Matmul : public OpTest {
 protected:
  Tensor random(const Shape& shape, std::uint64_t seed, DType dtype = DType::kFloat32) {
    return random_tensor(exec(), shape, seed, dtype);
  }
  // On a poisoned result.
  static Tensor run(const Case& c, const Tensor& a, const Tensor& b, const Tensor& bias) {
    Tensor y = poisoned(a.exec(), c.y(), a.dtype());
    kernels::matmul(a.exec(), a.view(), b.view(), c.bias ? bias.view() : ConstView{},
                    y.mutable_view(), c.params);
    return y;
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, Matmul, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Matmul, RefusesBadRequests) {
  const auto error = [&](const Shape& a, const Shape& b, MatmulParams params) {
    return error_of([&] { matmul(random(a, 1), random(b, 2), {}, params); });
  };
  EXPECT_THAT(error({3}, {3, 4}, {}), HasSubstr("at least two axes; got shapes [3]"));
  EXPECT_THAT(error({3, 0}, {0, 4}, {}), HasSubstr("all sizes must be positive"));
  EXPECT_THAT(error({2, 3}, {4, 5}, {}), HasSubstr("the inner sizes must be equal; got 3 and 4"));
  EXPECT_THAT(error({3, 2}, {3, 5}, {false, true}), HasSubstr("[3, 5] transposed"));
  EXPECT_THAT(error({2, 3, 4}, {3, 4, 5}, {}), HasSubstr("b must have a's leading axes"));
  EXPECT_THAT(error({2, 3, 4}, {3, 5}, {true, false}), HasSubstr("needs a batch of b too"));
  EXPECT_THAT(error_of([&] {
                matmul(random({2, 3}, 1), random({3, 4}, 2), random({3}, 3));
              }),
              HasSubstr("bias must have shape [4]; got [3]"));
  EXPECT_THAT(error_of([&] {
                matmul(random({2, 3}, 1), random({3, 4}, 2, DType::kBFloat16));
              }),
              HasSubstr("a and b must have one dtype"));
  EXPECT_THAT(error_of([&] {
                linear(random({2, 3}, 1), random({3, 4}, 2));
              }),
              HasSubstr("linear: x must be [..,in] and weight [out,in]"));
}

TEST_P(Matmul, MatchesHandComputedValues) {
  const Tensor a = from(exec(), {1, 2, 3, 4}, {2, 2}), b = from(exec(), {5, 6, 7, 8}, {2, 2});
  const Tensor bias = from(exec(), {100, 200}, {2});
  EXPECT_TRUE(close(matmul(a, b, bias), {119, 222, 143, 250}, tolerance::exact));
  EXPECT_TRUE(close(linear(a, b, bias), {117, 223, 139, 253}, tolerance::exact));
  EXPECT_TRUE(close(linear(from(exec(), {1, 2}, {2}), b), {17, 23}, tolerance::exact));
}

TEST_P(Matmul, MatchesPyTorchWithGradients) {
  for (const Case& c : kGolden) {
    const std::vector<float> all =
        golden(exec(), str("matmul/", c.name, ".npy")).to_vector<float>();
    auto position = all.begin();
    const auto next = [&](const Shape& shape) {
      const auto begin = position;
      position += shape.numel();
      return from(exec(), std::vector<float>(begin, position), shape);
    };
    Tensor a = next(c.a), b = next(c.b), bias = c.bias ? next(c.columns()) : Tensor();
    const Tensor dy = next(c.y());
    for (Tensor* leaf : {&a, &b, &bias}) {
      if (leaf->defined()) leaf->set_requires_grad(true);
    }
    const Tensor y = matmul(a, b, bias, c.params);
    backward(y, dy);
    const std::int64_t rows = y.numel() / y.dim(-1);
    EXPECT_TRUE(close(y, next(c.y()), sum_of(inner_size(c)))) << c.name;
    EXPECT_TRUE(close(a.grad(), next(c.a), sum_of(y.dim(-1)))) << c.name;
    EXPECT_TRUE(close(b.grad(), next(c.b), sum_of(rows))) << c.name;
    if (c.bias) {
      EXPECT_TRUE(close(bias.grad(), next(c.columns()), sum_of(rows))) << c.name;
    }
    EXPECT_EQ(position, all.end()) << c.name;
  }
}

TEST_P(Matmul, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const Case& c : kGolden) {
    const auto multiply = [&](const std::vector<Tensor>& in) {
      return matmul(in[0], in[1], c.bias ? in[2] : Tensor(), c.params);
    };
    std::vector<Tensor> leaves{random_leaf(exec(), c.a, 1), random_leaf(exec(), c.b, 2)};
    if (c.bias) leaves.push_back(random_leaf(exec(), c.columns(), 3));
    EXPECT_EQ(gradcheck(multiply, leaves), "") << c.name;
  }
}

// Linear in a, so <op(a) op(b), dy> = <a, da>, here for real layers' sizes.
TEST_P(Matmul, GradientsAreTheAdjointsOfForward) {
  for (const Case& c : all_cases()) {
    Tensor a = random(c.a, 1), b = random(c.b, 2);
    const Tensor dy = random(c.y(), 4);
    a.set_requires_grad(true);
    b.set_requires_grad(true);
    const Tensor y = matmul(a, b, {}, c.params);
    backward(y, dy);
    const double magnitude = absolute_dot(y, dy) + absolute_dot(a, a.grad());
    const Tolerance allowed = tolerance::reduction(y.numel(), magnitude);
    EXPECT_NEAR(dot(y, dy), dot(a, a.grad()), allowed.absolute) << c.name;
    EXPECT_NEAR(dot(y, dy), dot(b, b.grad()), allowed.absolute) << c.name;
  }
}

TEST_P(Matmul, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : all_cases()) {
      const Tensor a = random(c.a, 1, dtype), b = random(c.b, 2, dtype);
      const Tensor bias = random(c.columns(), 3, dtype);
      const Tensor expected = run(c, a.to(reference()), b.to(reference()), bias.to(reference()));
      EXPECT_TRUE(close(run(c, a, b, bias), expected,
                        dtype == DType::kFloat32 ? sum_of(inner_size(c)) : tolerance::bfloat16))
          << c.name << " " << dtype;
    }
  }
}

TEST_P(Matmul, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : all_cases()) {
    const Tensor a = random(c.a, 1), b = random(c.b, 2), bias = random(c.columns(), 3);
    Guarded y(exec(), c.y());
    kernels::matmul(exec(), a.view(), b.view(), c.bias ? bias.view() : ConstView{}, y.view(),
                    c.params);
    EXPECT_TRUE(y.intact()) << c.name;
    EXPECT_TRUE(same_bits(y.tensor(), run(c, a, b, bias))) << c.name;
    EXPECT_TRUE(same_bits(y.tensor(), run(c, a, b, bias))) << c.name;
  }
}

}  // namespace
}  // namespace salix::testing
