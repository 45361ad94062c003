#include "layers/functional/dropout.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// One element, odd, an incomplete Philox block at the end, more than one chunk.
const std::vector<Shape> kShapes{{1}, {7}, {3, 5, 11}, {2, 4, 8}, {5, 37, 101}};

class Dropout : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Dropout, ::testing::ValuesIn(all_targets()), target_name);

using Function = Tensor (*)(const Tensor&, const DropoutOptions&);
const std::vector<Function> kFunctions{dropout, drop_path};

TEST_P(Dropout, RefusesBadRequests) {
  const Tensor x = random_tensor(exec(), {2, 3}, 1);
  EXPECT_THAT(error_of([&] { dropout(x, {.p = 1.5}); }),
              HasSubstr("dropout: p must be in [0, 1]; got 1.5"));
  EXPECT_THAT(error_of([&] { drop_path(x, {.p = -0.5}); }),
              HasSubstr("drop_path: p must be in [0, 1]; got -0.5"));
  Tensor y = poisoned(exec(), {3, 2});
  EXPECT_THAT(error_of([&] { kernels::dropout(exec(), x.view(), y.mutable_view(), {}); }),
              HasSubstr("dropout: x and y must have one shape"));
}

TEST_P(Dropout, IsTheIdentityInEvalModeAndAtZero) {
  const Tensor x = random_tensor(exec(), {2, 3}, 1);
  for (const Function function : kFunctions) {
    EXPECT_TRUE(function(x, {.p = 0.5, .training = false}).same_memory(x));
    EXPECT_TRUE(function(x, {.p = 0, .training = true}).same_memory(x));
    const WithoutDropout without(exec());
    EXPECT_TRUE(function(x, {.p = 0.5, .training = true}).same_memory(x));
  }
  EXPECT_EQ(exec().random_step(), 0u);  // and uses no random numbers
}

// The rule itself, written down once more: element i survives when its number reaches p.
TEST_P(Dropout, KeepsExactlyTheElementsWhoseNumberReachesP) {
  const PhiloxKey key{.seed = 11, .stream = 2, .step = 3};
  for (const Shape& shape : kShapes) {
    const Tensor x = random_tensor(exec(), shape, 1);
    const std::vector<float> values = x.to_vector<float>();
    const std::int64_t sample_size = shape.numel() / shape.dim(0);
    for (const bool whole_samples : {false, true}) {
      Guarded y(exec(), shape);
      const kernels::DropoutParams params{key, 0.3f};
      if (whole_samples) {
        kernels::drop_path(exec(), x.view(), y.view(), params);
      } else {
        kernels::dropout(exec(), x.view(), y.view(), params);
      }
      EXPECT_TRUE(y.intact());
      std::vector<double> expected;
      for (std::int64_t i = 0; i < shape.numel(); ++i) {
        const auto draw = static_cast<std::uint64_t>(whole_samples ? i / sample_size : i);
        const bool keeps = philox_uniform(key, draw) >= 0.3f;
        expected.push_back(keeps ? values[static_cast<std::size_t>(i)] * (1.0f / 0.7f) : 0.0f);
      }
      EXPECT_TRUE(close(y.tensor(), expected, tolerance::exact)) << shape << whole_samples;
    }
  }
}

TEST_P(Dropout, DropsTheShareItSaysAndKeepsTheMean) {
  const Tensor ones = Tensor::full(exec(), {100000}, 1);
  for (const double p : {0.1, 0.5, 0.9}) {
    const std::vector<double> y = dropout(ones, {.p = p, .training = true}).to_vector<double>();
    const double zeros = static_cast<double>(std::count(y.begin(), y.end(), 0.0));
    double sum = 0;
    for (const double value : y) sum += value;
    const double deviation = std::sqrt(100000 * p * (1 - p));
    EXPECT_NEAR(zeros, 100000 * p, 4 * deviation) << p;
    EXPECT_NEAR(sum, 100000, 4 * deviation / (1 - p)) << p;
  }
  const Tensor gone = dropout(ones, {.p = 1, .training = true});
  EXPECT_TRUE(close(gone, std::vector<double>(100000, 0.0), tolerance::exact));
}

TEST_P(Dropout, KeepsWhatIsNoNumber) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor x = from(exec(), {inf, -inf, std::nanf(""), 1}, {4});
  const double nan = std::nan("");
  for (const Function function : kFunctions) {
    const Tensor y = function(x, {.p = 1, .training = true});
    EXPECT_TRUE(close(y, {nan, nan, nan, 0}, tolerance::exact));
  }
}

// The backward draws the forward's mask again; a second call draws another.
TEST_P(Dropout, BackwardUsesTheSameMask) {
  for (const Function function : kFunctions) {
    Tensor x = Tensor::full(exec(), {64, 5}, 1);
    x.set_requires_grad(true);
    const Tensor y = function(x, {.p = 0.4, .training = true});
    const Tensor other = function(x.detach(), {.p = 0.4, .training = true});
    backward(y, Tensor::full(exec(), {64, 5}, 1));
    EXPECT_TRUE(same_bits(x.grad(), y.detach()));
    EXPECT_FALSE(same_bits(other, y.detach()));
  }
}

TEST_P(Dropout, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const Function function : kFunctions) {
    const auto drop = [&](const std::vector<Tensor>& in) {
      exec().set_random_step(5);  // the same mask at every evaluation
      return function(in[0], {.p = 0.4, .training = true});
    };
    EXPECT_EQ(gradcheck(drop, {random_leaf(exec(), {6, 3, 5}, 1)}), "");
  }
}

// To the bit, unlike other ops: there is one multiplication and a mask.
TEST_P(Dropout, EqualsTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Shape& shape : kShapes) {
      for (const Function function : kFunctions) {
        const auto draw = [&](Exec& device) {
          device.set_random_step(9);
          return function(random_tensor(device, shape, 1, dtype), {.p = 0.5, .training = true});
        };
        EXPECT_TRUE(same_bits(draw(exec()), draw(reference()))) << shape << " " << dtype;
      }
    }
  }
}

TEST(DropoutThreads, DoNotChangeTheBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Tensor x = random_tensor(exec, {9, 50000}, 1);
    return std::vector{dropout(x, {.p = 0.3, .training = true}),
                       drop_path(x, {.p = 0.3, .training = true})};
  }));
}

}  // namespace
}  // namespace salix::testing
