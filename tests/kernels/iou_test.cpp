#include "kernels/iou/iou.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"
#include "train/losses/iou_loss.h"

namespace salix::testing {
namespace {

using kernels::IouParams;
using ::testing::HasSubstr;

const std::vector<Shape> kShapes{{1, 1},    {2, 3},         {1, 1023},
                                 {3, 1025}, {2, 17, 13, 1}, {2, 160, 160, 1}};
const IouParams kSoft{.epsilon = 0, .threshold_target = false};
const IouParams kAll[] = {{}, kSoft, kSmoothIou};

struct Result {
  Tensor loss, sums;
};
Result forward(const Tensor& x, const Tensor& target, const IouParams& params = {}) {
  Result out{poisoned(x.exec(), {1}, x.dtype()), poisoned(x.exec(), {x.dim(0), 2}, x.dtype())};
  kernels::iou(x.exec(), x.view(), target.view(), out.loss.mutable_view(), out.sums.mutable_view(),
               params);
  return out;
}
Tensor gradient(const Tensor& x, const Tensor& target, const Result& of, double dloss,
                const IouParams& params = {}) {
  const Tensor dy = Tensor::full(x.exec(), {1}, dloss, x.dtype());
  Tensor dx = poisoned(x.exec(), x.shape(), x.dtype());
  kernels::iou_backward(x.exec(), dy.view(), x.view(), target.view(), of.sums.view(),
                        dx.mutable_view(), params);
  return dx;
}

class Iou : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Iou, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Iou, RefusesBadRequests) {
  const Tensor x = Tensor::zeros(exec(), {2, 3});
  EXPECT_THAT(error_of([&] {
                iou_loss(x, Tensor::zeros(exec(), {3, 2}));
              }),
              HasSubstr("iou_loss: logits and target must have one shape [N,...]; got [2, 3] and "
                        "[3, 2]"));
  EXPECT_THAT(error_of([&] {
                forward(x, Tensor::zeros(exec(), {2, 4}));
              }),
              HasSubstr("iou: x and the target must have one shape"));
  EXPECT_THAT(error_of([&] { forward(x.to(DType::kBFloat16), x.to(DType::kBFloat16)); }),
              HasSubstr("iou: needs float32"));
}

// sigmoid(0) = 1/2: two samples, of which the first half hits its target and the second has none.
TEST_P(Iou, MatchesHandComputedValues) {
  const Tensor x = Tensor::zeros(exec(), {2, 4});
  const Tensor target = from(exec(), {1, 0.6f, 0.5f, 0, 0, 0.5f, 0.25f, 0}, {2, 4});
  const Result found = forward(x, target);
  // T = 1 1 0 0: I = 1, U = 2 + 1 = 3; then T = 0: I = 0, U = 2.
  EXPECT_TRUE(close(found.sums, std::vector<double>{1, 3, 0, 2}, tolerance::elementwise));
  EXPECT_NEAR(found.loss.item(), (2.0 / 3 + 1) / 2, 1e-6);
  // dQ = -(T U - I (1 - T)) / U^2 / N, dQ/dx = 1/4.
  const double hit = -3.0 / 9 / 2 / 4, miss = 1.0 / 9 / 2 / 4;
  EXPECT_TRUE(close(gradient(x, target, found, 1),
                    std::vector<double>{hit, hit, miss, miss, 0, 0, 0, 0}, {1e-7, 1e-5}));
}

TEST_P(Iou, EmptyTargetGivesExactlyOneAndNoGradient) {
  const Tensor x = random_tensor(exec(), {2, 1025}, 1, -9, 9);
  const Tensor target = Tensor::zeros(exec(), {2, 1025});
  const Result found = forward(x, target);
  EXPECT_EQ(found.loss.item(), 1);
  EXPECT_EQ(absolute_dot(gradient(x, target, found, 1), Tensor::full(exec(), {2, 1025}, 1)), 0);
}

// sigmoid(0) = 1/2, T = 0: I = 0, U = 2, and (0 + 1) / (2 + 1).
TEST_P(Iou, SmoothingTeachesAnEmptyTarget) {
  const Tensor x = Tensor::zeros(exec(), {1, 4}), target = Tensor::zeros(exec(), {1, 4});
  const Result found = forward(x, target, kSmoothIou);
  EXPECT_NEAR(found.loss.item(), 2.0 / 3, 1e-6);
  const double pull = 1.0 / 9 / 4;
  EXPECT_TRUE(close(gradient(x, target, found, 1, kSmoothIou),
                    std::vector<double>{pull, pull, pull, pull}, tolerance::elementwise));
}

TEST_P(Iou, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const Tensor target = random_tensor(exec(), {3, 5}, 2, 0, 1, DType::kFloat64);
  for (const IouParams& params : kAll) {
    const auto loss = [&](const std::vector<Tensor>& in) {
      return iou_loss(in[0], target, params);
    };
    EXPECT_EQ(gradcheck(loss, {random_leaf(exec(), {3, 5}, 1)}), "");
  }
}

TEST_P(Iou, AgreesWithTheReference) {
  for (const Shape& shape : kShapes) {
    for (const IouParams& params : kAll) {
      const Tensor x = random_tensor(exec(), shape, 1, -6, 6);
      const Tensor target = random_tensor(exec(), shape, 2, 0, 1);
      const Result found = forward(x, target, params);
      const Tensor rx = x.to(reference()), rtarget = target.to(reference());
      const Result expected = forward(rx, rtarget, params);
      EXPECT_TRUE(close(found.sums, expected.sums, tolerance::elementwise)) << shape;
      EXPECT_TRUE(close(found.loss, expected.loss, tolerance::elementwise)) << shape;
      EXPECT_TRUE(close(gradient(x, target, found, 2, params),
                        gradient(rx, rtarget, expected, 2, params), {1e-8, 1e-4}))
          << shape;
    }
  }
}

TEST_P(Iou, StaysInItsBuffersAndRepeats) {
  for (const Shape& shape : kShapes) {
    const Tensor x = random_tensor(exec(), shape, 1, -6, 6);
    const Tensor target = random_tensor(exec(), shape, 2, 0, 1);
    Guarded loss(exec(), {1}), sums(exec(), {shape.dim(0), 2}), dx(exec(), shape);
    kernels::iou(exec(), x.view(), target.view(), loss.view(), sums.view(), {});
    kernels::iou_backward(exec(), loss.view(), x.view(), target.view(), sums.view(), dx.view(), {});
    EXPECT_TRUE(loss.intact() && sums.intact() && dx.intact()) << shape;
    const Result again = forward(x, target);
    EXPECT_TRUE(same_bits(again.loss, loss.tensor()) && same_bits(again.sums, sums.tensor()));
    EXPECT_TRUE(same_bits(gradient(x, target, again, loss.tensor().item()), dx.tensor())) << shape;
  }
}

TEST(IouThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Tensor x = random_tensor(exec, {2, 160, 160, 1}, 1, -6, 6);
    const Tensor target = random_tensor(exec, {2, 160, 160, 1}, 2, 0, 1);
    const Result found = forward(x, target);
    return std::vector{found.loss, found.sums, gradient(x, target, found, 1)};
  }));
}

}  // namespace
}  // namespace salix::testing
