#include "layers/functional/group_norm.h"

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

struct Case {
  Shape shape;
  std::int64_t groups;
};

// Groups of one channel, of all, and between; one row; packed and unpacked channels; the
// layers of a2s and cornet.
const std::vector<Case> kCases{{{1, 1, 1, 2}, 1},    {{2, 1, 1, 6}, 3},    {{3, 5, 7, 9}, 3},
                               {{1, 13, 11, 8}, 8},  {{2, 20, 20, 64}, 1}, {{2, 20, 20, 64}, 32},
                               {{1, 9, 9, 128}, 64}, {{2, 50, 31, 4}, 2},  {{1, 4, 3, 136}, 4}};

class GroupNorm : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, GroupNorm, ::testing::ValuesIn(all_targets()), target_name);

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
std::vector<Tensor> run(const Inputs& in, const GroupNormParams& params) {
  const Tensor x = leaf(in.x), gamma = leaf(in.gamma), beta = leaf(in.beta);
  const Tensor y = group_norm(x, gamma, beta, params);
  backward(y, in.dy);
  return {y.detach(), x.grad(), gamma.grad(), beta.grad()};
}

TEST_P(GroupNorm, RefusesBadRequests) {
  const Inputs in = random_inputs(exec(), {2, 3, 3, 4}, DType::kFloat32);
  const auto error = [&](const Tensor& x, const Tensor& gamma, std::int64_t groups) {
    return error_of([&] { group_norm(x, gamma, in.beta, {.groups = groups}); });
  };
  EXPECT_THAT(error(in.x, in.gamma, 3),
              HasSubstr("group_norm: the number of groups must divide the channels; got 3 groups "
                        "for 4 channels"));
  EXPECT_THAT(error(in.x, in.gamma, 0), HasSubstr("groups must be positive; got 0"));
  EXPECT_THAT(error(random_tensor(exec(), {4}, 1), in.gamma, 1),
              HasSubstr("group_norm: x must be [N,...,C]; got shape [4]"));
  EXPECT_THAT(error(in.x, random_tensor(exec(), {5}, 1), 2),
              HasSubstr("group_norm: gamma must have shape [4]; got [5]"));
}

TEST_P(GroupNorm, MatchesPyTorch) {
  const auto file = [&](const std::string& name) {
    return golden(exec(), "group_norm/" + name + ".npy");
  };
  const auto map = [&](const std::string& name) {
    return golden_nhwc(exec(), "group_norm/" + name + ".npy");
  };
  const Inputs in{map("x"), map("dy"), file("gamma"), file("beta")};
  for (const std::int64_t groups : {1, 3, 12}) {
    for (const bool relu : {false, true}) {
      const std::string name = "groups" + std::to_string(groups) + (relu ? "_relu" : "");
      SCOPED_TRACE(name);
      const std::vector<Tensor> results = run(in, {.groups = groups, .relu = relu});
      // Sums of 60 products of magnitude 1.
      const Tolerance sums = tolerance::reduction(60, 60);
      EXPECT_TRUE(close(results[0], map(name + "_y"), tolerance::elementwise));
      EXPECT_TRUE(close(results[1], map(name + "_dx"), tolerance::elementwise));
      EXPECT_TRUE(close(results[2], file(name + "_dgamma"), sums));
      EXPECT_TRUE(close(results[3], file(name + "_dbeta"), sums));
    }
  }
}

TEST_P(GroupNorm, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const std::int64_t groups : {1, 2, 6}) {
    for (const bool relu : {false, true}) {
      const auto norm = [&](const std::vector<Tensor>& in) {
        return group_norm(in[0], in[1], in[2], {.groups = groups, .relu = relu});
      };
      EXPECT_EQ(gradcheck(norm, {random_leaf(exec(), {2, 3, 2, 6}, 1), random_leaf(exec(), {6}, 2),
                                 random_leaf(exec(), {6}, 3)}),
                "")
          << groups << " groups, relu " << relu;
    }
  }
}

TEST_P(GroupNorm, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : kCases) {
      for (const bool relu : {false, true}) {
        const GroupNormParams params{.groups = c.groups, .relu = relu};
        const std::vector<Tensor> actual = run(random_inputs(exec(), c.shape, dtype), params);
        const std::vector<Tensor> expected =
            run(random_inputs(reference(), c.shape, dtype), params);
        const auto rows = c.shape.numel() / c.shape.dim(-1);
        const Tolerance sums = tolerance::reduction(rows, 4.0 * static_cast<double>(rows));
        for (std::size_t i = 0; i < actual.size(); ++i) {
          const bool is_sum = i >= 2;
          Tolerance allowed = is_sum ? sums : Tolerance{1e-5, 1e-5};
          if (dtype == DType::kBFloat16 && !is_sum) allowed = tolerance::bfloat16;
          EXPECT_TRUE(close(actual[i], expected[i], allowed))
              << "result " << i << " of " << c.shape << ", " << c.groups << " groups, " << dtype
              << ", relu " << relu;
        }
      }
    }
  }
}

TEST_P(GroupNorm, RepeatsToTheBitAndStaysInItsBuffers) {
  const Shape shape{2, 31, 37, 12}, channels{12}, groups{2 * 4};
  const Inputs in = random_inputs(exec(), shape, DType::kFloat32);
  const GroupNormParams params{.groups = 4, .relu = true};
  const auto once = [&] {
    Guarded y(exec(), shape), dx(exec(), shape), mean(exec(), groups), inv_std(exec(), groups),
        dgamma(exec(), channels), dbeta(exec(), channels);
    kernels::group_norm(exec(),
                        {.x = in.x.view(),
                         .gamma = in.gamma.view(),
                         .beta = in.beta.view(),
                         .y = y.view(),
                         .mean = mean.view(),
                         .inv_std = inv_std.view()},
                        params);
    kernels::group_norm_backward(exec(),
                                 {.dy = in.dy.view(),
                                  .x = in.x.view(),
                                  .gamma = in.gamma.view(),
                                  .beta = in.beta.view(),
                                  .mean = mean.view(),
                                  .inv_std = inv_std.view(),
                                  .dx = dx.view(),
                                  .dgamma = dgamma.view(),
                                  .dbeta = dbeta.view()},
                                 params);
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

TEST(GroupNormThreads, DoNotChangeTheBits) {
  for (const bool relu : {false, true}) {
    EXPECT_TRUE(same_bits_with_one_or_two_threads([&](Exec& exec) {
      return run(random_inputs(exec, {2, 40, 40, 64}, DType::kFloat32),
                 {.groups = 32, .relu = relu});
    }));
  }
}

}  // namespace
}  // namespace salix::testing
