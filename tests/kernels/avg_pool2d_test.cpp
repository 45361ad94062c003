#include "layers/functional/avg_pool2d.h"

#include <gmock/gmock.h>

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
  for (const Case& c : kGolden) {
    GoldenReader file(exec(), str("avg_pool2d/", c.name, ".npy"));
    Tensor x = file.next(c.in);
    const Tensor dy = file.next(c.out()), y = file.next(c.out()), dx = file.next(c.in);
    EXPECT_TRUE(file.at_end());
    x.set_requires_grad(true);
    const Tensor actual = avg_pool2d(x, c.params);
    backward(actual, dy);
    EXPECT_TRUE(close(actual, y, tolerance::elementwise)) << c.name;
    EXPECT_TRUE(close(x.grad(), dx, tolerance::elementwise)) << c.name;
  }
}

TEST_P(AvgPool2d, CountsPaddingOrNot) {
  const Tensor ones = Tensor::full(exec(), {1, 2, 2, 1}, 1.0);
  AvgPool2dParams params{.kernel = 3, .stride = 1, .padding = 1};
  EXPECT_TRUE(
      close(avg_pool2d(ones, params), std::vector<double>(4, 4.0 / 9.0), tolerance::elementwise));
  params.count_include_pad = false;
  EXPECT_TRUE(close(avg_pool2d(ones, params), std::vector<double>(4, 1.0), tolerance::elementwise));
}

TEST_P(AvgPool2d, BackwardIsTheAdjointOfForward) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), c.out(), 2);
    Tensor y = poisoned(exec(), c.out()), dx = poisoned(exec(), c.in);
    kernels::avg_pool2d(exec(), x.view(), y.mutable_view(), c.params);
    kernels::avg_pool2d_backward(exec(), dy.view(), dx.mutable_view(), c.params);
    const Tolerance allowed = tolerance::accurate_sum(absolute_dot(y, dy) + absolute_dot(x, dx));
    EXPECT_NEAR(dot(y, dy), dot(x, dx), allowed.absolute) << c.name;
  }
}

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
    for (const Case& c : all_cases()) {
      Tensor x = random_leaf(exec(), c.in, 1, dtype);
      Tensor x_reference = x.detach().to(reference());
      x_reference.set_requires_grad(true);
      const Tensor dy = random_tensor(exec(), c.out(), 2, dtype);
      const Tensor y = avg_pool2d(x, c.params), expected = avg_pool2d(x_reference, c.params);
      backward(y, dy);
      backward(expected, dy.to(reference()));
      EXPECT_TRUE(close(y, expected, allowed)) << c.name << " " << dtype;
      EXPECT_TRUE(close(x.grad(), x_reference.grad(), allowed)) << c.name << " " << dtype;
    }
  }
}

TEST_P(AvgPool2d, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), c.out(), 2);
    const auto run = [&] {
      Guarded y(exec(), c.out()), dx(exec(), c.in);
      kernels::avg_pool2d(exec(), x.view(), y.view(), c.params);
      kernels::avg_pool2d_backward(exec(), dy.view(), dx.view(), c.params);
      EXPECT_TRUE(y.intact() && dx.intact()) << c.name;
      return std::pair{y.tensor(), dx.tensor()};
    };
    const auto [y1, dx1] = run();
    const auto [y2, dx2] = run();
    EXPECT_TRUE(same_bits(y1, y2)) << c.name;
    EXPECT_TRUE(same_bits(dx1, dx2)) << c.name;
  }
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
