#include "layers/functional/max_pool2d.h"

#include <gmock/gmock.h>

#include <limits>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
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
  MaxPool2dParams params;

  Shape out() const {
    return {in[0], kernels::height_axis(in[1], params).out_size,
            kernels::width_axis(in[2], params).out_size, in[3]};
  }
};

// The table of tests/golden/make_pool.py.
const std::vector<Case> kGolden{
    {"stem", {2, 9, 12, 4}, {.kernel = 3, .stride = 2, .padding = 1}},
    {"halves", {1, 7, 6, 3}, {.kernel = 2, .stride = 2}},
    {"per_axis", {1, 8, 9, 5}, {.kernel = {3, 4}, .stride = {1, 3}, .padding = {1, 0}}},
    {"gaps", {1, 11, 10, 2}, {.kernel = 2, .stride = {3, 4}, .padding = 1}}};

// Beyond the golden ones: one element, packs of both types, one real layer.
std::vector<Case> all_cases() {
  std::vector<Case> cases = kGolden;
  cases.push_back({"one", {1, 1, 1, 1}, {.kernel = 1, .stride = 1}});
  cases.push_back({"overlap", {1, 5, 7, 8}, {.kernel = 5, .stride = 1, .padding = 2}});
  cases.push_back({"whole", {3, 6, 5, 16}, {.kernel = {6, 5}, .stride = 1}});
  cases.push_back({"resnet", {1, 40, 40, 64}, {.kernel = 3, .stride = 2, .padding = 1}});
  return cases;
}

class MaxPool2d : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, MaxPool2d, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(MaxPool2d, RefusesBadRequests) {
  const Tensor row = random_tensor(exec(), {2, 3, 4}, 1);
  EXPECT_THAT(error_of([&] { max_pool2d(row, {}); }),
              HasSubstr("max_pool2d: x must be [N,H,W,C]; got shape [2, 3, 4]"));
  const Tensor x = random_tensor(exec(), {1, 4, 4, 1}, 1);
  EXPECT_THAT(error_of([&] { max_pool2d(x, {.kernel = 3, .padding = 2}); }),
              HasSubstr("padding must be between 0 and half the kernel; got 2"));
  EXPECT_THAT(error_of([&] { max_pool2d(x, {.kernel = 5}); }),
              HasSubstr("the window must fit the padded map; got a kernel of 5"));
  EXPECT_THAT(error_of([&] { max_pool2d(x, {.stride = 0}); }),
              HasSubstr("kernel and stride must be positive; got 2 and 0"));
  Tensor y = poisoned(exec(), {1, 2, 2, 1});
  Tensor index = poisoned(exec(), {1, 2, 2, 1}, DType::kInt64);
  EXPECT_THAT(error_of([&] {
                kernels::max_pool2d(exec(), x.view(), y.mutable_view(), index.mutable_view(), {});
              }),
              HasSubstr("index must be int32; got int64"));
  Tensor wrong = poisoned(exec(), {1, 3, 2, 1});
  EXPECT_THAT(
      error_of([&] { kernels::max_pool2d(exec(), x.view(), wrong.mutable_view(), {}, {}); }),
      HasSubstr("the output map must have shape [1, 2, 2, 1]; got [1, 3, 2, 1]"));
}

TEST_P(MaxPool2d, MatchesPyTorch) {
  for (const Case& c : kGolden) {
    GoldenReader file(exec(), str("max_pool2d/", c.name, ".npy"));
    Tensor x = file.next(c.in);
    const Tensor dy = file.next(c.out()), y = file.next(c.out()), dx = file.next(c.in);
    EXPECT_TRUE(file.at_end());
    x.set_requires_grad(true);
    const Tensor actual = max_pool2d(x, c.params);
    backward(actual, dy);
    EXPECT_TRUE(close(actual, y, tolerance::exact)) << c.name;
    EXPECT_TRUE(close(x.grad(), dx, tolerance::elementwise)) << c.name;
  }
}

TEST_P(MaxPool2d, FirstMaximumWinsAndNanIsTheLargest) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float low = -std::numeric_limits<float>::infinity();
  // Four windows of 2x2: a tie, minus infinities, NaN before a number, NaN after.
  const Tensor x =
      from(exec(), {1, 3, low, low, 3, 3, low, low, nan, 1, 2, 1, 1, 2, nan, nan}, {1, 4, 4, 1});
  Tensor y = poisoned(exec(), {1, 2, 2, 1});
  Tensor index = poisoned(exec(), {1, 2, 2, 1}, DType::kInt32);
  kernels::max_pool2d(exec(), x.view(), y.mutable_view(), index.mutable_view(), {});
  EXPECT_TRUE(close(y, std::vector<double>{3, low, nan, nan}, tolerance::exact));
  EXPECT_TRUE(close(index, std::vector<double>{1, 0, 0, 2}, tolerance::exact));
}

TEST_P(MaxPool2d, PaddingNeverWins) {
  const Tensor x = Tensor::full(exec(), {1, 3, 3, 1}, -5.0);
  const Tensor y = max_pool2d(x, {.kernel = 3, .stride = 1, .padding = 1});
  EXPECT_TRUE(close(y, x, tolerance::exact));
}

// dy only moves: what the chosen pixels are multiplied by on one side they are on the other.
TEST_P(MaxPool2d, BackwardIsTheAdjointOfTheChoice) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), c.out(), 2);
    Tensor y = poisoned(exec(), c.out()), dx = poisoned(exec(), c.in);
    Tensor index = poisoned(exec(), c.out(), DType::kInt32);
    kernels::max_pool2d(exec(), x.view(), y.mutable_view(), index.mutable_view(), c.params);
    kernels::max_pool2d_backward(exec(), dy.view(), index.view(), dx.mutable_view(), c.params);
    const Tolerance allowed = tolerance::accurate_sum(absolute_dot(y, dy) + absolute_dot(x, dx));
    EXPECT_NEAR(dot(y, dy), dot(x, dx), allowed.absolute) << c.name;
  }
}

TEST_P(MaxPool2d, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto pool = [](const std::vector<Tensor>& in) {
    return max_pool2d(in[0], {.kernel = 3, .stride = 2, .padding = 1});
  };
  EXPECT_EQ(gradcheck(pool, {random_leaf(exec(), {2, 5, 6, 3}, 1)}), "");
}

TEST_P(MaxPool2d, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : all_cases()) {
      Tensor x = random_leaf(exec(), c.in, 1, dtype);
      Tensor x_reference = x.detach().to(reference());
      x_reference.set_requires_grad(true);
      const Tensor dy = random_tensor(exec(), c.out(), 2, dtype);
      const Tensor y = max_pool2d(x, c.params);
      const Tensor expected = max_pool2d(x_reference, c.params);
      backward(y, dy);
      backward(expected, dy.to(reference()));
      EXPECT_TRUE(close(y, expected, tolerance::exact)) << c.name << " " << dtype;
      EXPECT_TRUE(close(x.grad(), x_reference.grad(), tolerance::elementwise))
          << c.name << " " << dtype;
    }
  }
}

TEST_P(MaxPool2d, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), c.out(), 2);
    const auto run = [&] {
      Guarded y(exec(), c.out()), index(exec(), c.out(), DType::kInt32), dx(exec(), c.in);
      kernels::max_pool2d(exec(), x.view(), y.view(), index.view(), c.params);
      kernels::max_pool2d_backward(exec(), dy.view(), index.view(), dx.view(), c.params);
      EXPECT_TRUE(y.intact() && index.intact() && dx.intact()) << c.name;
      return std::vector{y.tensor(), index.tensor(), dx.tensor()};
    };
    const std::vector<Tensor> first = run(), second = run();
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_TRUE(same_bits(first[i], second[i])) << c.name;
    }
  }
}

TEST(MaxPool2dThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    Tensor x = random_leaf(exec, {2, 61, 53, 24}, 1, DType::kFloat32);
    const Tensor y = max_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1});
    backward(y, random_tensor(exec, y.shape(), 2));
    return std::vector{y.detach(), x.grad()};
  }));
}

}  // namespace
}  // namespace salix::testing
