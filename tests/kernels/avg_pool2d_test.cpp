#include "layers/functional/avg_pool2d.h"

#include <gmock/gmock.h>

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
  AvgPool2dParams params;

  Shape out() const {
    return {in[0], kernels::height_axis(in[1], params).out_size,
            kernels::width_axis(in[2], params).out_size, in[3]};
  }
};

// The table of tests/golden/make_pool.py.
const std::vector<Case> kGolden{
    {"stem", {2, 9, 12, 4}, {.kernel = 3, .stride = 2, .padding = 1}},
    {"without_padding",
     {2, 9, 12, 4},
     {.kernel = 3, .stride = 2, .padding = 1, .count_include_pad = false}},
    {"halves", {1, 7, 6, 3}, {.kernel = 2, .stride = 2}},
    {"per_axis",
     {1, 8, 9, 5},
     {.kernel = {3, 4}, .stride = {1, 3}, .padding = {1, 2}, .count_include_pad = false}},
    {"gaps",
     {1, 11, 10, 2},
     {.kernel = 2, .stride = {3, 4}, .padding = 1, .count_include_pad = false}}};

// Beyond the golden ones: one element, packs of both types, the texture loss's windows.
std::vector<Case> all_cases() {
  std::vector<Case> cases = kGolden;
  cases.push_back({"one", {1, 1, 1, 1}, {.kernel = 1, .stride = 1}});
  cases.push_back({"overlap", {1, 5, 7, 8}, {.kernel = 5, .stride = 1, .padding = 2}});
  cases.push_back({"whole", {3, 6, 5, 16}, {.kernel = {6, 5}, .stride = 1}});
  cases.push_back({"blur", {2, 40, 40, 1}, {.kernel = 11, .stride = 1, .padding = 5}});
  return cases;
}

Tensor pool(const Tensor& x, const Case& c) { return avg_pool2d(x, c.params); }

// Forward and backward, straight through the kernels.
void run(const Case& c, const Tensor& x, View y, View, const Tensor& dy, View dx) {
  kernels::avg_pool2d(x.exec(), x.view(), y, c.params);
  kernels::avg_pool2d_backward(x.exec(), dy.view(), dx, c.params);
}

class AvgPool2d : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, AvgPool2d, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(AvgPool2d, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] {
                avg_pool2d(random_tensor(exec(), {2, 3, 4}, 1), {});
              }),
              HasSubstr("avg_pool2d: x must be [N,H,W,C]; got shape [2, 3, 4]"));
  const Tensor x = random_tensor(exec(), {1, 4, 4, 1}, 1);
  EXPECT_THAT(error_of([&] { avg_pool2d(x, {.kernel = 3, .padding = 2}); }),
              HasSubstr("padding must be between 0 and half the kernel; got 2"));
  EXPECT_THAT(error_of([&] {
                avg_pool2d(x, {.kernel = {2, 5}});
              }),
              HasSubstr("the window must fit the padded map; got a kernel of 5"));
  EXPECT_THAT(error_of([&] { avg_pool2d(x.to(DType::kInt32), {}); }), HasSubstr("int32"));
  Tensor wrong = poisoned(exec(), {1, 2, 3, 1});
  EXPECT_THAT(error_of([&] { kernels::avg_pool2d(exec(), x.view(), wrong.mutable_view(), {}); }),
              HasSubstr("the output map must have shape [1, 2, 2, 1]; got [1, 2, 3, 1]"));
}

TEST_P(AvgPool2d, MatchesPyTorch) {
  expect_golden_pool(exec(), "avg_pool2d", kGolden, tolerance::elementwise, pool);
}

TEST_P(AvgPool2d, CountsPaddingOrNot) {
  const Tensor ones = Tensor::full(exec(), {1, 2, 2, 1}, 1.0);
  AvgPool2dParams params{.kernel = 3, .stride = 1, .padding = 1};
  EXPECT_TRUE(
      close(avg_pool2d(ones, params), std::vector<double>(4, 4.0 / 9.0), tolerance::elementwise));
  params.count_include_pad = false;
  EXPECT_TRUE(close(avg_pool2d(ones, params), std::vector<double>(4, 1.0), tolerance::elementwise));
}

TEST_P(AvgPool2d, BackwardIsTheAdjointOfForward) { expect_pool_adjoint(exec(), all_cases(), run); }

TEST_P(AvgPool2d, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const bool include : {false, true}) {
    const auto pool = [&](const std::vector<Tensor>& in) {
      return avg_pool2d(in[0],
                        {.kernel = 3, .stride = 2, .padding = 1, .count_include_pad = include});
    };
    EXPECT_EQ(gradcheck(pool, {random_leaf(exec(), {2, 5, 6, 3}, 1)}), "");
  }
}

TEST_P(AvgPool2d, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Tolerance allowed =
        dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16;
    expect_pool_parity(exec(), reference(), all_cases(), dtype, allowed, allowed, pool);
  }
}

TEST_P(AvgPool2d, RepeatsToTheBitAndStaysInItsBuffers) {
  expect_pool_repeats(exec(), all_cases(), run);
}

TEST(AvgPool2dThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    Tensor x = random_leaf(exec, {2, 61, 53, 24}, 1, DType::kFloat32);
    const Tensor y = avg_pool2d(x, {.kernel = 3, .stride = 2, .padding = 1});
    backward(y, random_tensor(exec, y.shape(), 2));
    return std::vector{y.detach(), x.grad()};
  }));
}

}  // namespace
}  // namespace salix::testing
