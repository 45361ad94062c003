#include "layers/functional/batch_norm.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class BatchNorm : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, BatchNorm, ::testing::ValuesIn(all_targets()), target_name);

// Rows: two, prime, more than one chunk of the CPU (1024 rows) and of the GPU kernels.
// Channels: one, odd, packed for one type only, more than one tile of 32 packs, one real layer.
const std::vector<Shape> kShapes{{2, 1},         {3, 5, 7, 3},  {1, 13, 11, 4}, {2, 9, 9, 8},
                                 {2, 47, 61, 2}, {3, 2, 2, 37}, {1, 5, 5, 136}, {2, 20, 20, 64}};

struct Variant {
  const char* name;
  bool relu, residual;
};
const std::vector<Variant> kVariants{
    {"plain", false, false}, {"relu", true, false}, {"residual", true, true}, {"sum", false, true}};

struct Inputs {
  Tensor x, residual, dy, gamma, beta, running_mean, running_var;
};

Inputs random_inputs(Exec& exec, const Shape& shape, DType dtype) {
  const Shape channels{shape.dim(-1)};
  return {random_tensor(exec, shape, 1, -1, 3, dtype),
          random_tensor(exec, shape, 2, dtype),
          random_tensor(exec, shape, 3, dtype),
          random_tensor(exec, channels, 4),
          random_tensor(exec, channels, 5),
          random_tensor(exec, channels, 6),
          random_tensor(exec, channels, 7, 0.5, 2)};
}

Tensor leaf(const Tensor& values) {
  Tensor copy = values.clone();
  copy.set_requires_grad(true);
  return copy;
}

// y, dx, dgamma, dbeta, running_mean, running_var and, with a residual, dresidual.
std::vector<Tensor> run(const Inputs& in, bool training, const Variant& variant) {
  Tensor x = leaf(in.x), gamma = leaf(in.gamma), beta = leaf(in.beta), residual;
  if (variant.residual) residual = leaf(in.residual);
  Tensor mean = in.running_mean.clone(), var = in.running_var.clone();
  Tensor y =
      batch_norm(x, gamma, beta, mean, var, {.training = training, .relu = variant.relu}, residual);
  backward(y, in.dy);
  std::vector<Tensor> results{y.detach(), x.grad(), gamma.grad(), beta.grad(), mean, var};
  if (variant.residual) results.push_back(residual.grad());
  return results;
}

TEST_P(BatchNorm, RefusesBadRequests) {
  const Inputs in = random_inputs(exec(), {2, 3, 3, 4}, DType::kFloat32);
  const auto error = [&](const Tensor& x, const Tensor& gamma, const BatchNormParams& params,
                         const Tensor& residual = {}) {
    return error_of(
        [&] { batch_norm(x, gamma, in.beta, in.running_mean, in.running_var, params, residual); });
  };
  EXPECT_THAT(error(random_tensor(exec(), {4}, 1), in.gamma, {}),
              HasSubstr("batch_norm: x must be [...,C]; got shape [4]"));
  EXPECT_THAT(error(in.x, random_tensor(exec(), {3}, 1), {}),
              HasSubstr("batch_norm: gamma must have shape [4]; got [3]"));
  EXPECT_THAT(error(in.x.to(DType::kBFloat16), in.gamma.to(DType::kBFloat16), {}),
              HasSubstr("batch_norm: gamma must be float32; got bfloat16"));
  EXPECT_THAT(error(random_tensor(exec(), {1, 1, 1, 4}, 1), in.gamma, {.training = true}),
              HasSubstr("training needs more than one value per channel"));
  EXPECT_THAT(error(in.x, in.gamma, {.momentum = 1.5}), HasSubstr("momentum must be in [0,1]"));
  EXPECT_THAT(error(in.x, in.gamma, {}, random_tensor(exec(), {2, 3, 4}, 1)),
              HasSubstr("residual and x must have one shape"));
}

TEST_P(BatchNorm, MatchesPyTorch) {
  const auto file = [&](const std::string& name) {
    return golden(exec(), "batch_norm/" + name + ".npy");
  };
  const auto map = [&](const std::string& name) {
    return golden_nhwc(exec(), "batch_norm/" + name + ".npy");
  };
  const Inputs in{map("x"),     map("residual"),      map("dy"),          file("gamma"),
                  file("beta"), file("running_mean"), file("running_var")};
  for (const bool training : {true, false}) {
    for (const Variant& variant : {kVariants[0], kVariants[1], kVariants[2]}) {
      const std::string name = std::string(training ? "train_" : "eval_") + variant.name;
      SCOPED_TRACE(name);
      const std::vector<Tensor> results = run(in, training, variant);
      // Sums of 70 products of magnitude 1.
      const Tolerance sums = tolerance::reduction(70, 70);
      EXPECT_TRUE(close(results[0], map(name + "_y"), tolerance::elementwise));
      EXPECT_TRUE(close(results[1], map(name + "_dx"), tolerance::elementwise));
      EXPECT_TRUE(close(results[2], file(name + "_dgamma"), sums));
      EXPECT_TRUE(close(results[3], file(name + "_dbeta"), sums));
      const std::string after = training ? "_after" : "";
      EXPECT_TRUE(close(results[4], file("running_mean" + after), tolerance::elementwise));
      EXPECT_TRUE(close(results[5], file("running_var" + after), tolerance::elementwise));
      if (variant.residual) {
        EXPECT_TRUE(close(results[6], map(name + "_dresidual"), tolerance::exact));
      }
    }
  }
}

TEST_P(BatchNorm, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const bool training : {true, false}) {
    for (const Variant& variant : kVariants) {
      const auto norm = [&](const std::vector<Tensor>& in) {
        const Tensor mean = random_tensor(exec(), {3}, 8, DType::kFloat64);
        const Tensor var = random_tensor(exec(), {3}, 9, 0.5, 2, DType::kFloat64);
        return batch_norm(in[0], in[1], in[2], mean, var,
                          {.training = training, .relu = variant.relu},
                          variant.residual ? in[3] : Tensor{});
      };
      std::vector<Tensor> leaves{random_leaf(exec(), {2, 3, 2, 3}, 1), random_leaf(exec(), {3}, 2),
                                 random_leaf(exec(), {3}, 3)};
      if (variant.residual) leaves.push_back(random_leaf(exec(), {2, 3, 2, 3}, 4));
      EXPECT_EQ(gradcheck(norm, leaves), "") << variant.name << (training ? " train" : " eval");
    }
  }
}

TEST_P(BatchNorm, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Shape& shape : kShapes) {
      for (const Variant& variant : kVariants) {
        for (const bool training : {true, false}) {
          if (!training && dtype == DType::kBFloat16) continue;  // the same passes again
          const Inputs in = random_inputs(exec(), shape, dtype);
          const Inputs same = random_inputs(reference(), shape, dtype);
          const std::vector<Tensor> actual = run(in, training, variant);
          const std::vector<Tensor> expected = run(same, training, variant);
          const auto rows = shape.numel() / shape.dim(-1);
          const Tolerance sums = tolerance::reduction(rows, 4.0 * static_cast<double>(rows));
          for (std::size_t i = 0; i < actual.size(); ++i) {
            const bool is_sum = i == 2 || i == 3;
            Tolerance allowed = is_sum ? sums : Tolerance{1e-5, 1e-5};
            if (dtype == DType::kBFloat16 && !is_sum) allowed = tolerance::bfloat16;
            EXPECT_TRUE(close(actual[i], expected[i], allowed))
                << "result " << i << " of " << shape << " " << dtype << " " << variant.name
                << (training ? " train" : " eval");
          }
        }
      }
    }
  }
}

// A deviation of 1 around a mean of 10000 leaves 10 bits of float for it: statistics from
// sum(x) and sum(x^2) would be noise. Expected from the stored floats, in double.
TEST_P(BatchNorm, IsAccurateFarFromZero) {
  const Shape shape{2, 50, 41, 5};
  const Tensor x = random_tensor(exec(), shape, 1, 9998, 10002);
  Tensor ones = Tensor::full(exec(), {5}, 1), zeros = Tensor::zeros(exec(), {5});
  Tensor y = poisoned(exec(), shape), mean = poisoned(exec(), {5}), inv_std = mean.clone();
  kernels::batch_norm(exec(),
                      {.x = x.view(),
                       .gamma = ones.view(),
                       .beta = zeros.view(),
                       .residual = {},
                       .running_mean = zeros.mutable_view(),
                       .running_var = ones.mutable_view(),
                       .y = y.mutable_view(),
                       .mean = mean.mutable_view(),
                       .inv_std = inv_std.mutable_view()},
                      {.training = true});
  const std::vector<double> values = x.to_vector<double>();
  std::vector<double> means(5), inv_stds(5);
  const double rows = 2 * 50 * 41;
  for (std::size_t i = 0; i < values.size(); ++i) means[i % 5] += values[i] / rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    inv_stds[i % 5] += (values[i] - means[i % 5]) * (values[i] - means[i % 5]) / rows;
  }
  for (double& s : inv_stds) s = 1 / std::sqrt(s + 1e-5);
  EXPECT_TRUE(close(mean, means, {0, 1e-7}));
  EXPECT_TRUE(close(inv_std, inv_stds, {0, 2e-5}));
}

TEST_P(BatchNorm, RepeatsToTheBitAndStaysInItsBuffers) {
  const Shape shape{2, 31, 37, 12}, channels{12};
  const Inputs in = random_inputs(exec(), shape, DType::kFloat32);
  const BatchNormParams params{.training = true, .relu = true};
  const auto once = [&] {
    Guarded y(exec(), shape), dx(exec(), shape), dresidual(exec(), shape), mean(exec(), channels),
        inv_std(exec(), channels), dgamma(exec(), channels), dbeta(exec(), channels);
    Tensor running_mean = in.running_mean.clone(), running_var = in.running_var.clone();
    kernels::batch_norm(exec(),
                        {.x = in.x.view(),
                         .gamma = in.gamma.view(),
                         .beta = in.beta.view(),
                         .residual = in.residual.view(),
                         .running_mean = running_mean.mutable_view(),
                         .running_var = running_var.mutable_view(),
                         .y = y.view(),
                         .mean = mean.view(),
                         .inv_std = inv_std.view()},
                        params);
    kernels::batch_norm_backward(exec(),
                                 {.dy = in.dy.view(),
                                  .x = in.x.view(),
                                  .gamma = in.gamma.view(),
                                  .beta = in.beta.view(),
                                  .mean = mean.view(),
                                  .inv_std = inv_std.view(),
                                  .y = y.view(),
                                  .dx = dx.view(),
                                  .dgamma = dgamma.view(),
                                  .dbeta = dbeta.view(),
                                  .dresidual = dresidual.view()},
                                 params);
    std::vector<Tensor> results{running_mean, running_var};
    for (const Guarded* output : {&y, &dx, &dresidual, &mean, &inv_std, &dgamma, &dbeta}) {
      EXPECT_TRUE(output->intact());
      results.push_back(output->tensor());
    }
    return results;
  };
  const std::vector<Tensor> first = once(), second = once();
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(same_bits(first[i], second[i]));
}

TEST(BatchNormThreads, DoNotChangeTheBits) {
  for (const Variant& variant : kVariants) {
    EXPECT_TRUE(same_bits_with_one_or_two_threads([&](Exec& exec) {
      return run(random_inputs(exec, {2, 40, 40, 64}, DType::kFloat32), true, variant);
    })) << variant.name;
  }
}

}  // namespace
}  // namespace salix::testing
