#include "layers/functional/adaptive_avg_pool2d.h"

#include <gmock/gmock.h>

#include <numeric>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/adaptive_avg_pool2d/adaptive_avg_pool2d.h"
#include "tests/support/golden_reader.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* name;
  Shape in;
  std::int64_t height, width;

  Shape out() const { return {in[0], height, width, in[3]}; }
};

// The table of tests/golden/make_pool.py.
const std::vector<Case> kGolden{{"shrink", {2, 7, 10, 4}, 3, 4},
                                {"enlarge", {1, 10, 6, 3}, 13, 9},
                                {"mixed", {1, 5, 8, 8}, 9, 3},
                                {"global", {2, 6, 5, 4}, 1, 1}};

// Beyond the golden ones: one element, the identity, global means of one channel and of
// maps large enough to be shared by several blocks, a real layer.
std::vector<Case> all_cases() {
  std::vector<Case> cases = kGolden;
  cases.push_back({"one", {1, 1, 1, 1}, 1, 1});
  cases.push_back({"identity", {1, 3, 5, 2}, 3, 5});
  cases.push_back({"one_channel", {2, 51, 67, 1}, 1, 1});
  cases.push_back({"large", {2, 40, 40, 24}, 1, 1});
  cases.push_back({"odd_channels", {1, 64, 64, 3}, 1, 1});
  cases.push_back({"midnet", {1, 10, 10, 256}, 13, 13});
  return cases;
}

class AdaptiveAvgPool2d : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, AdaptiveAvgPool2d, ::testing::ValuesIn(all_targets()),
                         target_name);

TEST_P(AdaptiveAvgPool2d, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] {
                adaptive_avg_pool2d(random_tensor(exec(), {2, 3, 4}, 1), 1, 1);
              }),
              HasSubstr("adaptive_avg_pool2d: x must be [N,H,W,C]; got shape [2, 3, 4]"));
  const Tensor x = random_tensor(exec(), {1, 4, 4, 1}, 1);
  EXPECT_THAT(error_of([&] { adaptive_avg_pool2d(x, 2, 0); }),
              HasSubstr("the target size must be positive; got 2 x 0"));
  Tensor wrong = poisoned(exec(), {1, 2, 2, 3});
  EXPECT_THAT(
      error_of([&] { kernels::adaptive_avg_pool2d(exec(), x.view(), wrong.mutable_view()); }),
      HasSubstr("the output map must have shape [1, 2, 2, 1]; got [1, 2, 2, 3]"));
}

// Bins of one or two neighbours: 0..3 over 6 bins.
TEST_P(AdaptiveAvgPool2d, EnlargesByRepeating) {
  std::vector<float> digits(4);
  std::iota(digits.begin(), digits.end(), 0.0f);
  const std::vector<double> bins{0, 0.5, 1, 2, 2.5, 3};
  const Tensor row = from(exec(), digits, {1, 1, 4, 1});
  EXPECT_TRUE(close(adaptive_avg_pool2d(row, 1, 6), bins, tolerance::exact));
  const Tensor column = row.reshape({1, 4, 1, 1});
  EXPECT_TRUE(close(adaptive_avg_pool2d(column, 6, 1), bins, tolerance::exact));
}

TEST_P(AdaptiveAvgPool2d, MatchesPyTorch) {
  for (const Case& c : kGolden) {
    GoldenReader file(exec(), str("adaptive_avg_pool2d/", c.name, ".npy"));
    Tensor x = file.next(c.in);
    const Tensor dy = file.next(c.out()), y = file.next(c.out()), dx = file.next(c.in);
    EXPECT_TRUE(file.at_end());
    x.set_requires_grad(true);
    const Tensor actual = adaptive_avg_pool2d(x, c.height, c.width);
    backward(actual, dy);
    EXPECT_TRUE(close(actual, y, tolerance::elementwise)) << c.name;
    EXPECT_TRUE(close(x.grad(), dx, tolerance::elementwise)) << c.name;
  }
}

TEST_P(AdaptiveAvgPool2d, BackwardIsTheAdjointOfForward) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), c.out(), 2);
    Tensor y = poisoned(exec(), c.out()), dx = poisoned(exec(), c.in);
    kernels::adaptive_avg_pool2d(exec(), x.view(), y.mutable_view());
    kernels::adaptive_avg_pool2d_backward(exec(), dy.view(), dx.mutable_view());
    const Tolerance allowed = tolerance::accurate_sum(absolute_dot(y, dy) + absolute_dot(x, dx));
    EXPECT_NEAR(dot(y, dy), dot(x, dx), allowed.absolute) << c.name;
  }
}

TEST_P(AdaptiveAvgPool2d, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto pool = [](const std::vector<Tensor>& in) { return adaptive_avg_pool2d(in[0], 3, 7); };
  EXPECT_EQ(gradcheck(pool, {random_leaf(exec(), {2, 5, 6, 3}, 1)}), "");
}

TEST_P(AdaptiveAvgPool2d, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Tolerance allowed =
        dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16;
    for (const Case& c : all_cases()) {
      Tensor x = random_leaf(exec(), c.in, 1, dtype);
      Tensor x_reference = x.detach().to(reference());
      x_reference.set_requires_grad(true);
      const Tensor dy = random_tensor(exec(), c.out(), 2, dtype);
      const Tensor y = adaptive_avg_pool2d(x, c.height, c.width);
      const Tensor expected = adaptive_avg_pool2d(x_reference, c.height, c.width);
      backward(y, dy);
      backward(expected, dy.to(reference()));
      EXPECT_TRUE(close(y, expected, allowed)) << c.name << " " << dtype;
      EXPECT_TRUE(close(x.grad(), x_reference.grad(), allowed)) << c.name << " " << dtype;
    }
  }
}

TEST_P(AdaptiveAvgPool2d, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), c.out(), 2);
    const auto run = [&] {
      Guarded y(exec(), c.out()), dx(exec(), c.in);
      kernels::adaptive_avg_pool2d(exec(), x.view(), y.view());
      kernels::adaptive_avg_pool2d_backward(exec(), dy.view(), dx.view());
      EXPECT_TRUE(y.intact() && dx.intact()) << c.name;
      return std::pair{y.tensor(), dx.tensor()};
    };
    const auto [y1, dx1] = run();
    const auto [y2, dx2] = run();
    EXPECT_TRUE(same_bits(y1, y2)) << c.name;
    EXPECT_TRUE(same_bits(dx1, dx2)) << c.name;
  }
}

TEST(AdaptiveAvgPool2dThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    Tensor x = random_leaf(exec, {2, 61, 53, 100}, 1, DType::kFloat32);
    const Tensor y = adaptive_avg_pool2d(x, 13, 13);
    backward(y, random_tensor(exec, y.shape(), 2));
    return std::vector{y.detach(), x.grad(), adaptive_avg_pool2d(x, 1, 1).detach()};
  }));
}

}  // namespace
}  // namespace salix::testing
