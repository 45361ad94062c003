#include "kernels/csd/csd.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

const std::vector<Shape> kShapes{
    {1}, {3}, {1023}, {1024}, {1025}, {2, 17, 13, 1}, {2, 160, 160, 1}};
// Of a2s at e = 1, 10 and 20 of 20.
const double kExponents[] = {2, std::exp2(1 - 9.0 / 20), std::exp2(1.0 / 20)};

Tensor forward(const Tensor& x, double exponent) {
  Tensor loss = poisoned(x.exec(), {1}, x.dtype());
  kernels::csd(x.exec(), x.view(), loss.mutable_view(), {.exponent = exponent});
  return loss;
}
Tensor gradient(const Tensor& x, double exponent, double dloss) {
  const Tensor dy = Tensor::full(x.exec(), {1}, dloss, x.dtype());
  Tensor dx = poisoned(x.exec(), x.shape(), x.dtype());
  kernels::csd_backward(x.exec(), dy.view(), x.view(), dx.mutable_view(), {.exponent = exponent});
  return dx;
}

class Csd : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Csd, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Csd, RefusesBadRequests) {
  const Tensor x = Tensor::zeros(exec(), {4});
  EXPECT_THAT(error_of([&] { forward(x, 0); }),
              HasSubstr("csd: the exponent must be positive; got 0"));
  EXPECT_THAT(error_of([&] { forward(Tensor::zeros(exec(), {0}), 2); }),
              HasSubstr("csd: needs x not empty and the loss of one element; got shapes [0]"));
  EXPECT_THAT(error_of([&] { forward(x.to(DType::kBFloat16), 2); }),
              HasSubstr("csd: needs float32"));
}

// The definition in double, from plain arithmetic; extremes neither overflow nor turn to NaN.
TEST_P(Csd, MatchesItsDefinition) {
  const std::vector<float> x{-200, -20, -3, -0.5f, -1e-3f, 0, 1e-3f, 0.25f, 2, 8, 90, 1e30f};
  for (const double m : kExponents) {
    double sum = 0;
    std::vector<double> expected;
    for (const float value : x) {
      const double p = 1 / (1 + std::exp(-static_cast<double>(value))), d = std::abs(p - 0.5);
      sum += std::pow(d, m);
      const double sign = value > 0 ? 1 : (value < 0 ? -1 : 0);
      const double slope = d > 0 ? m * std::pow(d, m - 1) * sign * p * (1 - p) : 0;
      expected.push_back(-3 * slope / static_cast<double>(x.size()));
    }
    const Tensor logits = from(exec(), x, {static_cast<std::int64_t>(x.size())});
    EXPECT_NEAR(forward(logits, m).item(), std::pow(0.5, m) - sum / static_cast<double>(x.size()),
                1e-7);
    EXPECT_TRUE(close(gradient(logits, m, 3), expected, {1e-7, 1e-5}));
  }
}

TEST_P(Csd, NanStaysNan) {
  const Tensor x = from(exec(), {1, std::numeric_limits<float>::quiet_NaN(), 2}, {3});
  EXPECT_TRUE(std::isnan(forward(x, 1.5).item()));
  EXPECT_TRUE(std::isnan(gradient(x, 1.5, 1).to_vector<float>()[1]));
}

TEST_P(Csd, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const double m : kExponents) {
    const auto loss = [&](const std::vector<Tensor>& in) {
      Tensor y = forward(in[0], m);
      record("csd", {in[0]}, y, [x = in[0].detach(), m](const Tensor& dy) {
        return std::vector{gradient(x, m, dy.item())};
      });
      return y;
    };
    EXPECT_EQ(gradcheck(loss, {random_leaf(exec(), {3, 5}, 1)}), "");
  }
}

TEST_P(Csd, AgreesWithTheReference) {
  for (const Shape& shape : kShapes) {
    for (const double m : kExponents) {
      const Tensor x = random_tensor(exec(), shape, 1, -6, 6);
      // Sums of terms up to 0.25.
      EXPECT_TRUE(
          close(forward(x, m), forward(x.to(reference()), m), tolerance::accurate_sum(0.25)))
          << shape;
      EXPECT_TRUE(close(gradient(x, m, 2), gradient(x.to(reference()), m, 2), {1e-9, 1e-5}))
          << shape;
    }
  }
}

TEST_P(Csd, StaysInItsBuffersAndRepeats) {
  for (const Shape& shape : kShapes) {
    const Tensor x = random_tensor(exec(), shape, 1, -6, 6);
    Guarded loss(exec(), {1}), dx(exec(), shape);
    kernels::csd(exec(), x.view(), loss.view(), {.exponent = 1.4});
    kernels::csd_backward(exec(), loss.view(), x.view(), dx.view(), {.exponent = 1.4});
    EXPECT_TRUE(loss.intact() && dx.intact()) << shape;
    EXPECT_TRUE(same_bits(forward(x, 1.4), loss.tensor())) << shape;
    EXPECT_TRUE(same_bits(gradient(x, 1.4, loss.tensor().item()), dx.tensor())) << shape;
  }
}

TEST(CsdThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Tensor x = random_tensor(exec, {2, 160, 160, 1}, 1, -6, 6);
    return std::vector{forward(x, 1.4), gradient(x, 1.4, 1)};
  }));
}

// The logarithm behind the power: 2 units in the last place, of 1 where it is smaller.
TEST(FastLog, IsWithinTwoUnits) {
  for (std::uint32_t bits = 0x00800000u; bits < 0x7f800000u; bits += 9973) {
    const float x = detail::float_of(bits);
    const double exact = std::log(static_cast<double>(x));
    ASSERT_NEAR(kernels::fast_log(x), exact, 2 * 0x1p-23 * std::max(0.5, std::abs(exact))) << x;
  }
}

}  // namespace
}  // namespace salix::testing
