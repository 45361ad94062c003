#include "layers/functional/layer_norm.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// One value per row, odd, below and above a warp's 32 packs, more rows than a chunk, and a
// Swin stage's tokens.
const std::vector<Shape> kShapes{{3, 1},   {5},           {4, 7, 33}, {2, 9, 128},
                                 {2, 264}, {1, 1100, 12}, {49, 96}};

class LayerNorm : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, LayerNorm, ::testing::ValuesIn(all_targets()), target_name);

struct Inputs {
  Tensor x, dy, gamma, beta;
};

Inputs random_inputs(Exec& exec, const Shape& shape, DType dtype) {
  const Shape channels{shape.dim(-1)};
  return {random_tensor(exec, shape, 1, -1, 3, dtype), random_tensor(exec, shape, 2, dtype),
          random_tensor(exec, channels, 3), random_tensor(exec, channels, 4)};
}

Tensor leaf(const Tensor& values) {
  Tensor copy = values.clone();
  copy.set_requires_grad(true);
  return copy;
}

// y, dx, dgamma, dbeta.
std::vector<Tensor> run(const Inputs& in) {
  const Tensor x = leaf(in.x), gamma = leaf(in.gamma), beta = leaf(in.beta);
  const Tensor y = layer_norm(x, gamma, beta);
  backward(y, in.dy);
  return {y.detach(), x.grad(), gamma.grad(), beta.grad()};
}

TEST_P(LayerNorm, RefusesBadRequests) {
  const Inputs in = random_inputs(exec(), {3, 4}, DType::kFloat32);
  EXPECT_THAT(error_of([&] { layer_norm(in.x, random_tensor(exec(), {3}, 1), in.beta); }),
              HasSubstr("layer_norm: gamma must have shape [4]; got [3]"));
  EXPECT_THAT(error_of([&] { layer_norm(in.x, in.gamma, in.beta.to(DType::kBFloat16)); }),
              HasSubstr("layer_norm: beta must be float32; got bfloat16"));
  EXPECT_THAT(error_of([&] { layer_norm(in.x, in.gamma, in.beta, {.eps = -1}); }),
              HasSubstr("eps must not be negative; got -1"));
  EXPECT_THAT(error_of([&] {
                layer_norm(Tensor::empty(exec(), {0, 4}), in.gamma, in.beta);
              }),
              HasSubstr("layer_norm: x must be [...,C] with positive sizes; got shape [0, 4]"));
}

TEST_P(LayerNorm, MatchesPyTorch) {
  const auto file = [&](const std::string& name) {
    return golden(exec(), "layer_norm/" + name + ".npy");
  };
  const std::vector<Tensor> results = run({file("x"), file("dy"), file("gamma"), file("beta")});
  EXPECT_TRUE(close(results[0], file("y"), tolerance::elementwise));
  EXPECT_TRUE(close(results[1], file("dx"), tolerance::elementwise));
  // Sums of 14 products of magnitude 1.
  EXPECT_TRUE(close(results[2], file("dgamma"), tolerance::reduction(14, 14)));
  EXPECT_TRUE(close(results[3], file("dbeta"), tolerance::reduction(14, 14)));
}

// Neither is hidden by the variance, which is held at 0 from below.
TEST_P(LayerNorm, KeepsWhatIsNoNumber) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
  const Tensor ones = Tensor::full(exec(), {3}, 1);
  const Tensor y = layer_norm(from(exec(), {inf, 1, 2, nan, 1, 2}, {2, 3}), ones, ones);
  EXPECT_TRUE(close(y, std::vector<double>(6, nan), tolerance::exact));
}

TEST_P(LayerNorm, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto norm = [](const std::vector<Tensor>& in) { return layer_norm(in[0], in[1], in[2]); };
  EXPECT_EQ(gradcheck(norm, {random_leaf(exec(), {2, 3, 5}, 1), random_leaf(exec(), {5}, 2),
                             random_leaf(exec(), {5}, 3)}),
            "");
}

TEST_P(LayerNorm, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Shape& shape : kShapes) {
      const std::vector<Tensor> actual = run(random_inputs(exec(), shape, dtype));
      const std::vector<Tensor> expected = run(random_inputs(reference(), shape, dtype));
      const auto rows = shape.numel() / shape.dim(-1);
      const Tolerance sums = tolerance::reduction(rows, 4.0 * static_cast<double>(rows));
      for (std::size_t i = 0; i < actual.size(); ++i) {
        const bool is_sum = i >= 2;
        Tolerance allowed = is_sum ? sums : Tolerance{1e-5, 1e-5};
        if (dtype == DType::kBFloat16 && !is_sum) allowed = tolerance::bfloat16;
        EXPECT_TRUE(close(actual[i], expected[i], allowed))
            << "result " << i << " of " << shape << " " << dtype;
      }
    }
  }
}

// A deviation of 1 around a mean of 10000: sum(x^2) - mean^2 would be noise.
TEST_P(LayerNorm, IsAccurateFarFromZero) {
  const Shape shape{3, 768};
  const Tensor x = random_tensor(exec(), shape, 1, 9998, 10002);
  const Tensor ones = Tensor::full(exec(), {768}, 1), zeros = Tensor::zeros(exec(), {768});
  const std::vector<double> values = x.to_vector<double>();
  std::vector<double> expected(values.size());
  for (std::size_t row = 0; row < 3; ++row) {
    double mean = 0, variance = 0;
    for (std::size_t c = 0; c < 768; ++c) mean += values[row * 768 + c] / 768;
    for (std::size_t c = 0; c < 768; ++c) {
      variance += (values[row * 768 + c] - mean) * (values[row * 768 + c] - mean) / 768;
    }
    for (std::size_t c = 0; c < 768; ++c) {
      expected[row * 768 + c] = (values[row * 768 + c] - mean) / std::sqrt(variance + 1e-5);
    }
  }
  // The stored mean is a float: half a unit in the last place of 10000 is 5e-4.
  EXPECT_TRUE(close(layer_norm(x, ones, zeros), expected, {6e-4, 2e-5}));
}

TEST_P(LayerNorm, RepeatsToTheBitAndStaysInItsBuffers) {
  const Shape shape{5, 41, 24}, channels{24}, rows{5 * 41};
  const Inputs in = random_inputs(exec(), shape, DType::kFloat32);
  const auto once = [&] {
    Guarded y(exec(), shape), dx(exec(), shape), mean(exec(), rows), inv_std(exec(), rows),
        dgamma(exec(), channels), dbeta(exec(), channels);
    kernels::layer_norm(exec(),
                        {.x = in.x.view(),
                         .gamma = in.gamma.view(),
                         .beta = in.beta.view(),
                         .y = y.view(),
                         .mean = mean.view(),
                         .inv_std = inv_std.view()},
                        {});
    kernels::layer_norm_backward(exec(), {.dy = in.dy.view(),
                                          .x = in.x.view(),
                                          .gamma = in.gamma.view(),
                                          .mean = mean.view(),
                                          .inv_std = inv_std.view(),
                                          .dx = dx.view(),
                                          .dgamma = dgamma.view(),
                                          .dbeta = dbeta.view()});
    std::vector<Tensor> results;
    for (const Guarded* output : {&y, &dx, &mean, &inv_std, &dgamma, &dbeta}) {
      EXPECT_TRUE(output->intact());
      results.push_back(output->tensor());
    }
    return results;
  };
  const std::vector<Tensor> first = once(), second = once();
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(same_bits(first[i], second[i]));
}

TEST(LayerNormThreads, DoNotChangeTheBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return run(random_inputs(exec, {2, 3000, 96}, DType::kFloat32));
  }));
}

}  // namespace
}  // namespace salix::testing
