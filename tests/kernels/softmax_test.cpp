#include "layers/functional/softmax.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// One value per row, odd, a window of attention, below and above a warp's 32 packs.
const std::vector<Shape> kShapes{{3, 1}, {5}, {4, 7, 33}, {2, 3, 49, 49}, {9, 128}, {2, 264}};

class Softmax : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Softmax, ::testing::ValuesIn(all_targets()), target_name);

Tensor apply(bool log, const Tensor& x) { return log ? log_softmax(x) : softmax(x); }

// y, dx.
std::vector<Tensor> run(bool log, const Tensor& values, const Tensor& dy) {
  Tensor x = values.clone();
  x.set_requires_grad(true);
  const Tensor y = apply(log, x);
  backward(y, dy);
  return {y.detach(), x.grad()};
}

TEST_P(Softmax, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] {
                softmax(Tensor::empty(exec(), {3, 0}));
              }),
              HasSubstr("softmax: x must be [...,C] with positive sizes; got shape [3, 0]"));
  EXPECT_THAT(error_of([&] { log_softmax(Tensor::empty(exec(), {})); }),
              HasSubstr("log_softmax: x must have an axis"));
  Tensor x = random_tensor(exec(), {2, 3}, 1), y = poisoned(exec(), {3, 2});
  EXPECT_THAT(error_of([&] { kernels::softmax(exec(), x.view(), y.mutable_view(), {}); }),
              HasSubstr("x and y must have one shape; got [2, 3] and [3, 2]"));
  EXPECT_THAT(error_of([&] { kernels::softmax(exec(), x.view(), x.mutable_view(), {}); }),
              HasSubstr("must not overlap"));
}

// With a masked position, and rows around 500 and -500.
TEST_P(Softmax, MatchesPyTorch) {
  const auto file = [&](const std::string& name) {
    return golden(exec(), "softmax/" + name + ".npy");
  };
  for (const bool log : {false, true}) {
    const std::string name = log ? "log_softmax" : "softmax";
    const std::vector<Tensor> results = run(log, file("x"), file("dy"));
    EXPECT_TRUE(close(results[0], file(name + "_y"), tolerance::elementwise)) << name;
    EXPECT_TRUE(close(results[1], file(name + "_dx"), tolerance::reduction(49, 5))) << name;
  }
}

TEST_P(Softmax, NanSpoilsItsRowAndNoOther) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = from(exec(), {1, nan, 2, 5, 5, 5}, {2, 3});
  const float third = 1.0f / 3;
  EXPECT_TRUE(close(softmax(x), {nan, nan, nan, third, third, third}, tolerance::elementwise));
}

TEST_P(Softmax, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const bool log : {false, true}) {
    const auto function = [&](const std::vector<Tensor>& in) { return apply(log, in[0]); };
    EXPECT_EQ(gradcheck(function, {random_leaf(exec(), {3, 2, 7}, 1)}), "") << log;
  }
}

TEST_P(Softmax, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Tolerance allowed =
        dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16;
    for (const Shape& shape : kShapes) {
      for (const bool log : {false, true}) {
        const auto results = [&](Exec& device) {
          return run(log, random_tensor(device, shape, 1, -5, 5, dtype),
                     random_tensor(device, shape, 2, dtype));
        };
        const std::vector<Tensor> actual = results(exec()), expected = results(reference());
        EXPECT_TRUE(close(actual[0], expected[0], allowed)) << shape << " " << dtype << log;
        EXPECT_TRUE(close(actual[1], expected[1], allowed)) << shape << " " << dtype << log;
      }
    }
  }
}

TEST_P(Softmax, RepeatsToTheBitAndStaysInItsBuffers) {
  const Shape shape{7, 13, 49};
  const Tensor x = random_tensor(exec(), shape, 1), dy = random_tensor(exec(), shape, 2);
  for (const bool log : {false, true}) {
    const auto once = [&] {
      Guarded y(exec(), shape), dx(exec(), shape);
      kernels::softmax(exec(), x.view(), y.view(), {log});
      kernels::softmax_backward(exec(), dy.view(), y.view(), dx.view(), {log});
      EXPECT_TRUE(y.intact() && dx.intact());
      return std::pair{y.tensor(), dx.tensor()};
    };
    const auto [y1, dx1] = once();
    const auto [y2, dx2] = once();
    EXPECT_TRUE(same_bits(y1, y2));
    EXPECT_TRUE(same_bits(dx1, dx2));
  }
}

TEST(SoftmaxThreads, DoNotChangeTheBits) {
  for (const bool log : {false, true}) {
    EXPECT_TRUE(same_bits_with_one_or_two_threads([&](Exec& exec) {
      return run(log, random_tensor(exec, {3000, 49}, 1), random_tensor(exec, {3000, 49}, 2));
    }));
  }
}

}  // namespace
}  // namespace salix::testing
