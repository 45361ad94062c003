#include <algorithm>
#include <cmath>

#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/conv2d/conv2d_winograd.h"
#include "kernels/conv2d/winograd_kernels.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

namespace winograd = kernels::winograd;

struct Case {
  Shape x;
  std::int64_t outputs;
  kernels::Conv2dParams params;

  Shape weight() const { return {outputs, 3, 3, x[3]}; }
  Shape y() const { return kernels::conv2d_output_shape(x, weight(), params); }
};

std::string text(const Case& c) {
  return str(c.x, " -> ", c.outputs, " padding ", c.params.padding.h, ",", c.params.padding.w);
}

const std::vector<Case> kCases{
    {{1, 1, 1, 1}, 1, {.padding = 1}},       {{2, 3, 5, 3}, 17, {.padding = 0}},
    {{3, 4, 4, 17}, 3, {.padding = 1}},      {{1, 7, 7, 64}, 100, {.padding = 2}},
    {{2, 10, 10, 100}, 64, {.padding = 1}},  {{1, 13, 11, 33}, 40, {.padding = {0, 2}}},
    {{2, 40, 40, 128}, 128, {.padding = 1}},  // layer2 of a2s
    {{2, 10, 10, 512}, 64, {.padding = 1}}};

struct Gradients {
  Tensor dweight, dbias;
};

Gradients run(Exec& exec, const Case& c) {
  const Tensor x = random_tensor(exec, c.x, 1), dy = random_tensor(exec, c.y(), 2);
  Gradients result{poisoned(exec, c.weight()), poisoned(exec, {c.outputs})};
  winograd::conv2d_backward_weight(exec, x.view(), dy.view(), result.dweight.mutable_view(),
                                   result.dbias.mutable_view(), c.params);
  return result;
}

Tensor absolute(const Tensor& tensor) {
  std::vector<double> values = tensor.to_vector<double>();
  for (double& value : values) value = std::fabs(value);
  return Tensor::from_host(tensor.exec(), values, tensor.shape());
}

TEST(Conv2dWinogradBackwardWeight, MatchesFloat64) {
  Exec exec, reference({}, {.reference = true});
  for (const Case& c : kCases) {
    const Tensor x = random_tensor(reference, c.x, 1).to(DType::kFloat64);
    const Tensor dy = random_tensor(reference, c.y(), 2).to(DType::kFloat64);
    const auto direct = [&](const Tensor& from_x, const Tensor& from_dy) {
      Gradients result{poisoned(reference, c.weight(), DType::kFloat64),
                       poisoned(reference, {c.outputs}, DType::kFloat64)};
      kernels::conv2d_backward_weight(reference, from_x.view(), from_dy.view(),
                                      result.dweight.mutable_view(), result.dbias.mutable_view(),
                                      c.params);
      return result;
    };
    const Gradients expected = direct(x, dy), actual = run(exec, c);
    const std::vector<double> sums = direct(absolute(x), absolute(dy)).dweight.to_vector<double>();
    const std::int64_t terms = dy.numel() / c.outputs;
    const Tolerance allowed =
        tolerance::reduction(terms, *std::max_element(sums.begin(), sums.end()));
    EXPECT_TRUE(close(actual.dweight, expected.dweight, allowed)) << text(c);
    EXPECT_TRUE(close(actual.dbias, expected.dbias,
                      tolerance::reduction(terms, static_cast<double>(terms))))
        << text(c);
  }
}

TEST(Conv2dWinogradBackwardWeight, OneAndTwoThreadsGiveTheSameBits) {
  for (const Case& c : kCases) {
    EXPECT_TRUE(same_bits_with_one_or_two_threads([&](Exec& exec) {
      const Gradients result = run(exec, c);
      return std::vector<Tensor>{result.dweight, result.dbias};
    })) << text(c);
  }
}

TEST(Conv2dWinogradBackwardWeight, StaysInItsBufferAndRepeats) {
  Exec exec;
  for (const Case& c : kCases) {
    const Tensor x = random_tensor(exec, c.x, 1), dy = random_tensor(exec, c.y(), 2);
    Guarded dweight(exec, c.weight());
    winograd::conv2d_backward_weight(exec, x.view(), dy.view(), dweight.view(), {}, c.params);
    EXPECT_TRUE(dweight.intact()) << text(c);
    EXPECT_TRUE(same_bits(dweight.tensor(), run(exec, c).dweight)) << text(c);
  }
}

// The tests above run the best instruction set that the machine has; this runs the others
// too, on one tile: 36 products of a 3x3 map in x and dy.
TEST(Conv2dWinogradBackwardWeight, InstructionSetsAgree) {
  Exec exec;
  const std::int64_t channels = 40, row = 64;
  const winograd::Tiling tiling{1, 3, 3, 3, 3, 1, 1, 1, 1};
  const Tensor x = random_tensor(exec, {9, channels}, 1), dy = random_tensor(exec, x.shape(), 2);
  std::vector<Tensor> results;
  for (const winograd::Kernels* set : {&winograd::kernels(), &winograd::baseline::kernels()}) {
    const std::int64_t sums_stride = channels * set->panel;
    Tensor v = poisoned(exec, {winograd::kProducts, row}), e = poisoned(exec, v.shape());
    Tensor sums = poisoned(exec, {winograd::kProducts, sums_stride});
    Tensor dweight = poisoned(exec, {channels, 3, 3, channels});
    const auto memory = [](Tensor& tensor) { return tensor.mutable_view().as<float>(); };
    const winograd::Range all{0, channels};
    set->transform_input(tiling, x.view().as<float>(), channels, 0, 0, all, {memory(v), row, row});
    set->transform_gradient(tiling, dy.view().as<float>(), channels, 0, 0, all,
                            {memory(e), row, row});
    for (std::int64_t panel = 0; panel * set->panel < channels; ++panel) {
      for (std::int64_t f = 0; f < winograd::kProducts; ++f) {
        set->multiply_tiles(memory(v) + f * row, row, memory(e) + f * row + panel * set->panel, row,
                            1, channels, memory(sums) + f * sums_stride);
      }
      set->finish_gradient(memory(sums), sums_stride, panel, all, channels, channels,
                           memory(dweight));
    }
    results.push_back(dweight);
  }
  EXPECT_TRUE(close(results[0], results[1].to_vector<double>(), tolerance::elementwise));
}

TEST(Conv2dWinogradBackwardWeight, IsChosenWhereItPays) {
  const auto chosen = [](const Shape& x, std::int64_t outputs) {
    const float anything = 0;
    return winograd::suits_backward_weight({&anything, x, DType::kFloat32},
                                           {&anything, {outputs, 3, 3, x[3]}, DType::kFloat32},
                                           {.padding = 1});
  };
  EXPECT_TRUE(chosen({2, 80, 80, 64}, 64));
  EXPECT_TRUE(chosen({2, 10, 10, 512}, 512));
  EXPECT_FALSE(chosen({2, 10, 10, 2048}, 64));
  EXPECT_FALSE(chosen({2, 80, 80, 3}, 64));
  EXPECT_FALSE(chosen({64, 80, 80, 64}, 64)) << "needs too much memory";
}

}  // namespace
}  // namespace salix::testing
