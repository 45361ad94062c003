#include "kernels/mean_field/mean_field.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class MeanField : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, MeanField, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(MeanField, FollowsItsFormula) {
  constexpr std::int64_t kPoints = 257;
  constexpr std::array<float, 4> kWeight{3, 10, 0.5f, 0};
  for (const std::int64_t kernels : {0, 1, 2, 4}) {
    const Tensor unary = random_tensor(exec(), {kPoints}, 1, -3, 3);
    const Tensor message = random_tensor(exec(), {kernels, kPoints}, 2);
    const Tensor norm = random_tensor(exec(), {kernels, kPoints}, 3, 0.1, 1);
    const auto run = [&] {
      Guarded score(exec(), {kPoints}), sender(exec(), {kernels, kPoints});
      kernels::mean_field_step(exec(), unary.view(), message.view(), norm.view(), kWeight,
                               score.view(), sender.view());
      EXPECT_TRUE(score.intact() && sender.intact());
      return std::pair{score.tensor(), sender.tensor()};
    };
    const auto u = unary.to_vector<double>(), m = message.to_vector<double>(),
               n = norm.to_vector<double>();
    std::vector<double> score = u, sender(m.size());
    for (std::size_t i = 0; i < m.size(); ++i) {
      score[i % kPoints] += kWeight[i / kPoints] * n[i] * m[i];
    }
    for (std::size_t i = 0; i < m.size(); ++i) {
      sender[i] = n[i] * std::tanh(score[i % kPoints] / 2);
    }
    const auto [found_score, found_sender] = run();
    EXPECT_TRUE(close(found_score, score, {3e-6, 1e-5})) << kernels;  // sums of terms up to 10
    EXPECT_TRUE(close(found_sender, sender, {3e-6, 1e-5})) << kernels;
    const auto [again_score, again_sender] = run();
    EXPECT_TRUE(same_bits(found_score, again_score) && same_bits(found_sender, again_sender));
  }
}

TEST_P(MeanField, SaturatesWithoutNaN) {
  const Tensor unary = from(exec(), {1000, -1000, 0}, {3});
  const Tensor norm = from(exec(), {1, 1, 1}, {1, 3}), message = Tensor::zeros(exec(), {1, 3});
  Tensor score = poisoned(exec(), {3}), sender = poisoned(exec(), {1, 3});
  kernels::mean_field_step(exec(), unary.view(), message.view(), norm.view(), {1},
                           score.mutable_view(), sender.mutable_view());
  EXPECT_TRUE(close(sender, std::vector<double>{1, -1, 0}, tolerance::exact));
}

TEST_P(MeanField, RefusesBadRequests) {
  const Tensor unary = random_tensor(exec(), {3}, 1), five = random_tensor(exec(), {5, 3}, 1);
  Tensor score = poisoned(exec(), {3}), sender = poisoned(exec(), {5, 3});
  const auto step = [&](const Tensor& message, const Tensor& norm) {
    return error_of([&] {
      kernels::mean_field_step(exec(), unary.view(), message.view(), norm.view(), {},
                               score.mutable_view(), sender.mutable_view());
    });
  };
  EXPECT_THAT(step(five, five), HasSubstr("mean_field_step: at most 4 kernels; got 5"));
  const Tensor one = random_tensor(exec(), {1, 3}, 1);
  EXPECT_THAT(step(one, random_tensor(exec(), {1, 4}, 1)),
              HasSubstr("message and norm must have one shape"));
  EXPECT_THAT(step(random_tensor(exec(), {1, 2}, 1), one),
              HasSubstr("message must have shape [1, 3]"));
}

}  // namespace
}  // namespace salix::testing
