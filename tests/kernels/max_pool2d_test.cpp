#include "layers/functional/max_pool2d.h"

#include <gmock/gmock.h>

#include <limits>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/kernels/pool_cases.h"
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

Tensor pool(const Tensor& x, const Case& c) { return max_pool2d(x, c.params); }

// Forward and backward, straight through the kernels.
void run(const Case& c, const Tensor& x, View y, View index, const Tensor& dy, View dx) {
  kernels::max_pool2d(x.exec(), x.view(), y, index, c.params);
  kernels::max_pool2d_backward(x.exec(), dy.view(), index, dx, c.params);
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
  expect_golden_pool(exec(), "max_pool2d", kGolden, tolerance::exact, pool);
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
  expect_pool_adjoint(exec(), all_cases(), run);
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
    expect_pool_parity(exec(), reference(), all_cases(), dtype, tolerance::exact,
                       tolerance::elementwise, pool);
  }
}

TEST_P(MaxPool2d, RepeatsToTheBitAndStaysInItsBuffers) {
  expect_pool_repeats(exec(), all_cases(), run);
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
