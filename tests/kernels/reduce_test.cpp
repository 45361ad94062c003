#include "layers/functional/reduce.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/reduce/reduce.h"
#include "tests/support/golden_reader.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using kernels::ReduceKind;
using ::testing::HasSubstr;

struct Case {
  const char* name;
  Shape in;
  std::vector<int> axes;
};

// The table of tests/golden/make_reduce.py.
const std::vector<Case> kGolden{{"spatial", {2, 5, 7, 12}, {1, 2}},
                                {"channels", {2, 3, 5, 7}, {3}},
                                {"all", {3, 5, 2, 11}, {0, 1, 2, 3}},
                                {"batch", {6, 4, 5}, {0}},
                                {"outer_and_inner", {3, 4, 5, 6}, {0, 3}},
                                {"alternating", {2, 3, 4, 3, 2, 5}, {0, 2, 4}},
                                {"vector", {37}, {0}}};

// Beyond the golden ones: one element, nothing to add, rows and columns of packs, sums long
// enough to be cut into chunks (by either code), real layers.
std::vector<Case> all_cases() {
  std::vector<Case> cases = kGolden;
  cases.push_back({"one", {1, 1}, {0}});
  cases.push_back({"sizes_of_one", {3, 1, 5, 1}, {1, 3}});
  cases.push_back({"prime", {1, 131, 1, 257}, {1}});
  cases.push_back({"wide", {3, 2, 2100}, {1}});
  cases.push_back({"long_row", {2, 40000}, {1}});
  cases.push_back({"odd_row", {3, 5003}, {1}});
  cases.push_back({"centering", {2, 40, 40, 64}, {1, 2}});
  cases.push_back({"channel_sum", {1, 40, 40, 64}, {-1}});
  cases.push_back({"bias", {2, 20, 20, 64}, {0, 1, 2}});
  cases.push_back({"everything", {2, 40, 40, 24}, {}});
  return cases;
}

class Reduce : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Reduce, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Reduce, RefusesBadRequests) {
  const Tensor x = random_tensor(exec(), {2, 3, 4}, 1);
  EXPECT_THAT(error_of([&] {
                sum(x, {1, -2});
              }),
              HasSubstr("sum: axis -2 is named twice for shape [2, 3, 4]"));
  EXPECT_THAT(error_of([&] { mean(x, {3}); }), HasSubstr("3"));
  Tensor y = poisoned(exec(), {2, 1, 2});
  EXPECT_THAT(
      error_of([&] { kernels::reduce(exec(), x.view(), y.mutable_view(), ReduceKind::kSum); }),
      HasSubstr("the sum must have the map's sizes or 1; got [2, 1, 2] for [2, 3, 4]"));
  EXPECT_THAT(error_of([&] {
                sum(random_tensor(exec(), {0, 3}, 1));
              }),
              HasSubstr("all sizes must be positive; got [0, 3]"));
  EXPECT_THAT(error_of([&] { sum(Tensor::zeros(exec(), {3}, DType::kInt32)); }),
              HasSubstr("int32"));
}

TEST_P(Reduce, ShapesTheResult) {
  const Tensor x = random_tensor(exec(), {2, 3, 4, 5}, 1);
  EXPECT_EQ(sum(x).shape(), Shape());
  EXPECT_EQ(mean(x, {1, 2}).shape(), Shape({2, 5}));
  EXPECT_EQ(mean(x, {2, 1}, {.keep_axes = true}).shape(), Shape({2, 1, 1, 5}));
  EXPECT_EQ(sum(x, {-1}).shape(), Shape({2, 3, 4}));
  EXPECT_EQ(sum(x, {}, {.keep_axes = true}).shape(), Shape({1, 1, 1, 1}));
}

TEST_P(Reduce, MatchesPyTorch) {
  for (const Case& c : kGolden) {
    GoldenReader file(exec(), str("reduce/", c.name, ".npy"));
    const Tensor x = file.next(c.in);
    const Tensor y = sum(x, c.axes), average = mean(x, c.axes);
    EXPECT_TRUE(close(y, file.next(y.shape()), tolerance::elementwise)) << c.name;
    EXPECT_TRUE(close(average, file.next(y.shape()), tolerance::elementwise)) << c.name;
    EXPECT_TRUE(file.at_end());
  }
}

// A million equal numbers: one running float would drift by thousands.
TEST_P(Reduce, StaysAccurateInLongSums) {
  const Tensor x = Tensor::full(exec(), {1024, 1024}, 0.1);
  const double exact = 1048576.0 * static_cast<double>(0.1f);
  EXPECT_NEAR(sum(x).item(), exact, exact * 1e-6);
  EXPECT_NEAR(mean(x).item(), static_cast<double>(0.1f), 1e-7);
}

TEST_P(Reduce, BackwardSpreadsTheGradient) {
  for (const Case& c : all_cases()) {
    Tensor x = random_leaf(exec(), c.in, 1, DType::kFloat32);
    const Tensor y = sum(x, c.axes, {.keep_axes = true});
    const Tensor dy = random_tensor(exec(), y.shape(), 2);
    backward(y, dy);
    const Tolerance allowed =
        tolerance::accurate_sum(absolute_dot(y, dy) + absolute_dot(x, x.grad()));
    EXPECT_NEAR(dot(y, dy), dot(x, x.grad()), allowed.absolute) << c.name;
    // Summing dx again gives each dy times the number of elements that it went to.
    const Tensor again = mean(x.grad(), c.axes, {.keep_axes = true});
    EXPECT_TRUE(close(again, dy, tolerance::elementwise)) << c.name;
  }
}

TEST_P(Reduce, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const std::vector<int>& axes : std::vector<std::vector<int>>{{}, {1, 2}, {0, 3}, {-1}}) {
    const auto add = [&](const std::vector<Tensor>& in) { return sum(in[0], axes); };
    const auto average = [&](const std::vector<Tensor>& in) {
      return mean(in[0], axes, {.keep_axes = true});
    };
    EXPECT_EQ(gradcheck(add, {random_leaf(exec(), {2, 3, 2, 3}, 1)}), "");
    EXPECT_EQ(gradcheck(average, {random_leaf(exec(), {2, 3, 2, 3}, 1)}), "");
  }
}

TEST_P(Reduce, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : all_cases()) {
      Tensor x = random_leaf(exec(), c.in, 1, dtype);
      Tensor x64 = x.detach().to(reference()).to(DType::kFloat64);
      const Tensor y = sum(x, c.axes), expected = sum(x64, c.axes);
      const std::int64_t terms = x.numel() / y.numel();
      const Tolerance allowed = dtype == DType::kFloat32
                                    ? tolerance::accurate_sum(static_cast<double>(terms))
                                    : tolerance::bfloat16;
      EXPECT_TRUE(close(y, expected, allowed)) << c.name << " " << dtype;
      EXPECT_EQ(y.dtype(), dtype);

      const Tensor average = mean(x, c.axes);
      const Tensor dy = random_tensor(exec(), y.shape(), 2, dtype);
      backward(average, dy);
      Tensor x_reference = x.detach().to(reference());
      x_reference.set_requires_grad(true);
      backward(mean(x_reference, c.axes), dy.to(reference()));
      EXPECT_TRUE(close(x.grad(), x_reference.grad(), tolerance::elementwise))
          << c.name << " " << dtype;
    }
  }
}

TEST_P(Reduce, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.in, 1);
    const Shape kept = mean(x, c.axes, {.keep_axes = true}).shape();
    const Tensor dy = random_tensor(exec(), kept, 2);
    const auto run = [&] {
      Guarded y(exec(), kept), dx(exec(), c.in);
      kernels::reduce(exec(), x.view(), y.view(), ReduceKind::kMean);
      kernels::reduce_backward(exec(), dy.view(), dx.view(), ReduceKind::kMean);
      EXPECT_TRUE(y.intact() && dx.intact()) << c.name;
      return std::pair{y.tensor(), dx.tensor()};
    };
    const auto [y1, dx1] = run();
    const auto [y2, dx2] = run();
    EXPECT_TRUE(same_bits(y1, y2)) << c.name;
    EXPECT_TRUE(same_bits(dx1, dx2)) << c.name;
  }
}

TEST(ReduceThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    std::vector<Tensor> results;
    for (const Case& c : all_cases()) results.push_back(sum(random_tensor(exec, c.in, 1), c.axes));
    return results;
  }));
}

}  // namespace
}  // namespace salix::testing
