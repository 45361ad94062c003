#include "kernels/conv2d/conv2d_winograd.h"

#include <algorithm>
#include <cmath>

#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/conv2d/winograd_kernels.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

namespace winograd = kernels::winograd;
using kernels::Conv2dParams;
using kernels::PackedWeight;

struct Case {
  Shape x;
  std::int64_t outputs;
  Conv2dParams params;

  Shape weight() const { return {outputs, 3, 3, x[3]}; }
  Shape y() const { return kernels::conv2d_output_shape(x, weight(), params); }
};

std::string text(const Case& c) {
  return str(c.x, " -> ", c.outputs, " padding ", c.params.padding.h, ",", c.params.padding.w);
}

// Sizes around the tile's, with every padding that leaves an output; channels around a vector's.
std::vector<Case> all_cases() {
  const std::int64_t sizes[][2] = {{1, 1}, {3, 5}, {4, 4}, {7, 7}, {10, 10}, {13, 11}};
  const std::int64_t channels[][2] = {{1, 1}, {3, 17}, {17, 3}, {64, 100}, {100, 64}, {33, 16}};
  std::vector<Case> cases;
  for (const auto& [h, w] : sizes) {
    for (const int padding : {0, 1, 2}) {
      if (h + 2 * padding < 3) continue;
      for (int turn = 0; turn < 3; ++turn) {  // half of the channel counts each, all in turn
        const std::size_t k = cases.size();
        const auto& [in, out] = channels[k % std::size(channels)];
        cases.push_back(
            {{static_cast<std::int64_t>(k) % 3 + 1, h, w, in}, out, {.padding = padding}});
      }
    }
  }
  cases.push_back({{2, 9, 5, 8}, 8, {.padding = {0, 2}}});
  cases.push_back({{1, 40, 40, 128}, 128, {.padding = 1}});  // layer2 of a2s: block by block
  cases.push_back({{1, 10, 10, 130}, 250, {.padding = 1}});  // large weight: panel by panel
  cases.push_back({{1, 10, 10, 300}, 70, {.padding = 1}});   // few tiles: step by step
  return cases;
}

Tensor wide(Exec& exec, const Tensor& tensor) { return tensor.to(exec).to(DType::kFloat64); }

Tensor absolute(const Tensor& tensor) {
  std::vector<float> values = tensor.to_vector<float>();
  for (float& value : values) value = std::fabs(value);
  return from(tensor.exec(), values, tensor.shape());
}

// The contract's bound, with the whole map's sum of absolute terms for the tile's.
Tolerance bound(const Tensor& absolute_sums, std::int64_t channels) {
  const std::vector<double> sums = absolute_sums.to_vector<double>();
  return tolerance::reduction(9 * channels, *std::max_element(sums.begin(), sums.end()));
}

class Conv2dWinograd : public ::testing::Test {
 protected:
  Exec exec_;
  Exec reference_{{}, {.reference = true}};

  Tensor run(const Case& c, const Tensor& x, const Tensor& weight, const Tensor& bias = {},
             const Tensor& residual = {}, PackedWeight* packed = nullptr) {
    const auto view = [](const Tensor& t) { return t.defined() ? t.view() : ConstView{}; };
    Tensor y = poisoned(x.exec(), c.y());
    winograd::conv2d(x.exec(), x.view(), weight.view(), view(bias), view(residual),
                     y.mutable_view(), c.params, packed);
    return y;
  }
  // In float64 on the reference.
  Tensor direct(const Case& c, const Tensor& x, const Tensor& weight) {
    Tensor y = poisoned(reference_, c.y(), DType::kFloat64);
    kernels::conv2d(reference_, wide(reference_, x).view(), wide(reference_, weight).view(), {}, {},
                    y.mutable_view(), c.params);
    return y;
  }
  Tensor direct_backward(const Case& c, const Tensor& dy, const Tensor& weight) {
    Tensor dx = poisoned(reference_, c.x, DType::kFloat64);
    kernels::conv2d_backward_data(reference_, wide(reference_, dy).view(),
                                  wide(reference_, weight).view(), dx.mutable_view(), c.params);
    return dx;
  }
  Tensor backward(const Case& c, const Tensor& dy, const Tensor& weight) {
    Tensor dx = poisoned(dy.exec(), c.x);
    winograd::conv2d_backward_data(dy.exec(), dy.view(), weight.view(), dx.mutable_view(),
                                   c.params);
    return dx;
  }
};

TEST_F(Conv2dWinograd, MatchesFloat64) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec_, c.x, 1), weight = random_tensor(exec_, c.weight(), 2);
    const Tolerance allowed = bound(direct(c, absolute(x), absolute(weight)), c.x[3]);
    EXPECT_TRUE(close(run(c, x, weight), direct(c, x, weight), allowed)) << text(c);
  }
}

TEST_F(Conv2dWinograd, BackwardDataMatchesFloat64) {
  for (const Case& c : all_cases()) {
    const Tensor dy = random_tensor(exec_, c.y(), 1), weight = random_tensor(exec_, c.weight(), 2);
    const Tolerance allowed = bound(direct_backward(c, absolute(dy), absolute(weight)), c.outputs);
    EXPECT_TRUE(close(backward(c, dy, weight), direct_backward(c, dy, weight), allowed)) << text(c);
  }
}

// One 3x3 map in one tile, by hand on one instruction set's kernels.
Tensor convolve_tile(const winograd::Kernels& kernels, const Tensor& x, const Tensor& weight,
                     const Tensor& bias) {
  Exec& exec = x.exec();
  const std::int64_t in = weight.dim(3), out = weight.dim(0), panel = kernels.panel, row = 64;
  const winograd::Tiling tiling{1, 3, 3, 3, 3, 1, 1, 1, 1};
  const std::int64_t panels = (out + panel - 1) / panel, weights = panels * in * panel;
  Tensor v = poisoned(exec, {winograd::kProducts, row}), products = poisoned(exec, v.shape());
  Tensor transformed = poisoned(exec, {winograd::kProducts, weights}), y = poisoned(exec, {9, out});
  const auto memory = [](Tensor& tensor) { return tensor.mutable_view().as<float>(); };
  kernels.transform_input(tiling, x.view().as<float>(), in, 0, 0, {0, in}, {memory(v), row, row});
  for (std::int64_t p = 0; p < panels; ++p) {
    for (std::int64_t c = 0; c < in; c += winograd::kWeightChannels) {
      const std::int64_t end = std::min<std::int64_t>(c + winograd::kWeightChannels, in);
      kernels.transform_weight({weight.view().as<float>(), out, in, false}, p, {c, end},
                               memory(transformed) + p * in * panel, weights);
    }
    for (std::int64_t f = 0; f < winograd::kProducts; ++f) {
      kernels.multiply(memory(v) + f * row, row, 1, in,
                       memory(transformed) + f * weights + p * in * panel,
                       memory(products) + f * row + p * panel, row);
    }
  }
  kernels.transform_output(tiling, {memory(products), row, row}, 0, 0, {0, out},
                           {bias.view().as<float>(), nullptr, false}, memory(y), out);
  return y;
}

// The ops above run the best set that the machine has; this runs the others too.
TEST_F(Conv2dWinograd, EveryInstructionSetConvolves) {
  const Case c{{1, 3, 3, 19}, 41, {.padding = 1}};
  const Tensor x = random_tensor(exec_, c.x, 1), weight = random_tensor(exec_, c.weight(), 2);
  const Tensor bias = random_tensor(exec_, {c.outputs}, 3);
  std::vector<double> expected = direct(c, x, weight).to_vector<double>();
  for (std::size_t k = 0; k < expected.size(); ++k) {
    expected[k] += bias.to_vector<double>()[k % static_cast<std::size_t>(c.outputs)];
  }
  const Tolerance allowed = bound(direct(c, absolute(x), absolute(weight)), c.x[3]);
  for (const winograd::Kernels* set : {&winograd::kernels(), &winograd::baseline::kernels()}) {
    EXPECT_TRUE(close(convolve_tile(*set, x, weight, bias), expected, allowed)) << set->panel;
  }
}

TEST_F(Conv2dWinograd, FusesBiasResidualAndRelu) {
  for (Case c :
       {Case{{2, 7, 6, 5}, 19, {.padding = 1}}, Case{{1, 13, 9, 64}, 64, {.padding = 1}}}) {
    const Tensor x = random_tensor(exec_, c.x, 1), weight = random_tensor(exec_, c.weight(), 2);
    const Tensor bias = random_tensor(exec_, {c.outputs}, 3);
    const Tensor residual = random_tensor(exec_, c.y(), 4);
    const std::vector<double> plain = direct(c, x, weight).to_vector<double>();
    const Tolerance allowed = bound(direct(c, absolute(x), absolute(weight)), c.x[3]);
    for (int fused = 0; fused < 8; ++fused) {
      const bool has_bias = (fused & 1) != 0, has_residual = (fused & 2) != 0;
      c.params.relu = (fused & 4) != 0;
      std::vector<double> expected = plain;
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const std::size_t o = k % static_cast<std::size_t>(c.outputs);
        if (has_bias) expected[k] += static_cast<double>(bias.view().as<float>()[o]);
        if (has_residual) expected[k] += static_cast<double>(residual.view().as<float>()[k]);
        if (c.params.relu) expected[k] = std::max(expected[k], 0.0);
      }
      const Tensor added = has_residual ? residual : Tensor();
      const Tensor separate = run(c, x, weight, has_bias ? bias : Tensor(), added);
      EXPECT_TRUE(close(separate, expected, allowed)) << text(c) << " fused " << fused;
      if (!has_residual) continue;
      Tensor in_place = residual.clone();
      winograd::conv2d(exec_, x.view(), weight.view(), has_bias ? bias.view() : ConstView{},
                       in_place.view(), in_place.mutable_view(), c.params, nullptr);
      EXPECT_TRUE(same_bits(in_place, separate)) << text(c) << " fused " << fused;
    }
  }
}

TEST_F(Conv2dWinograd, ReluKeepsNan) {
  const Case c{{1, 4, 4, 1}, 1, {.padding = 1, .relu = true}};
  Tensor x = random_tensor(exec_, c.x, 1);
  x.mutable_view().as<float>()[5] = std::nanf("");
  const Tensor y = run(c, x, random_tensor(exec_, c.weight(), 2));
  EXPECT_TRUE(std::isnan(y.to_vector<float>()[5]));
}

TEST_F(Conv2dWinograd, PackedWeightsGiveTheSameBits) {
  // The second one's weight is large: unpacked, it is multiplied panel by panel.
  for (const Case& c :
       {Case{{1, 13, 11, 40}, 48, {.padding = 1}}, Case{{1, 10, 10, 130}, 250, {.padding = 1}}}) {
    const Tensor x = random_tensor(exec_, c.x, 1);
    PackedWeight packed;
    for (const std::uint64_t seed : {2, 3}) {
      const Tensor weight = random_tensor(exec_, c.weight(), seed);
      const Tensor expected = run(c, x, weight);
      EXPECT_TRUE(same_bits(run(c, x, weight, {}, {}, &packed), expected)) << text(c);
      EXPECT_TRUE(same_bits(run(c, x, weight, {}, {}, &packed), expected)) << text(c);
      packed.clear();
    }
  }
}

TEST_F(Conv2dWinograd, OneAndTwoThreadsGiveTheSameBits) {
  for (const Case& c : all_cases()) {
    EXPECT_TRUE(same_bits_with_one_or_two_threads([&](Exec& exec) {
      const Tensor x = random_tensor(exec, c.x, 1), weight = random_tensor(exec, c.weight(), 2);
      const Tensor dy = random_tensor(exec, c.y(), 3);
      return std::vector<Tensor>{run(c, x, weight), backward(c, dy, weight)};
    })) << text(c);
  }
}

TEST_F(Conv2dWinograd, StaysInItsBuffersAndRepeats) {
  for (const Case& c : all_cases()) {
    const Tensor x = random_tensor(exec_, c.x, 1), weight = random_tensor(exec_, c.weight(), 2);
    const Tensor dy = random_tensor(exec_, c.y(), 3);
    Guarded y(exec_, c.y()), dx(exec_, c.x);
    winograd::conv2d(exec_, x.view(), weight.view(), {}, {}, y.view(), c.params, nullptr);
    winograd::conv2d_backward_data(exec_, dy.view(), weight.view(), dx.view(), c.params);
    EXPECT_TRUE(y.intact() && dx.intact()) << text(c);
    EXPECT_TRUE(same_bits(y.tensor(), run(c, x, weight))) << text(c);
    EXPECT_TRUE(same_bits(dx.tensor(), backward(c, dy, weight))) << text(c);
  }
}

TEST_F(Conv2dWinograd, IsChosenWhereItPays) {
  const auto chosen = [](const Shape& x, std::int64_t outputs, Conv2dParams params, bool packed,
                         DType dtype = DType::kFloat32) {
    const float anything = 0;
    return winograd::suits({&anything, x, dtype}, {&anything, {outputs, 3, 3, x[3]}, dtype}, params,
                           packed);
  };
  const Conv2dParams same{.padding = 1};
  EXPECT_TRUE(chosen({1, 80, 80, 64}, 64, same, false));
  EXPECT_TRUE(chosen({1, 20, 20, 1024}, 64, same, true));
  EXPECT_TRUE(chosen({1, 10, 10, 512}, 512, same, true));
  EXPECT_FALSE(chosen({1, 10, 10, 512}, 512, same, false));
  EXPECT_TRUE(chosen({1, 10, 10, 2048}, 64, same, true));
  EXPECT_TRUE(chosen({2, 10, 10, 512}, 512, same, false));
  EXPECT_FALSE(chosen({2, 10, 10, 2048}, 64, same, false));
  EXPECT_FALSE(chosen({1, 4, 4, 512}, 512, same, true));
  EXPECT_FALSE(chosen({1, 80, 80, 3}, 64, same, true));
  EXPECT_FALSE(chosen({1, 1, 400, 64}, 64, same, true));
  EXPECT_FALSE(chosen({1, 80, 80, 64}, 64, {.stride = 2, .padding = 1}, true));
  EXPECT_FALSE(chosen({1, 80, 80, 64}, 64, {.padding = 2, .dilation = 2}, true));
  EXPECT_FALSE(chosen({1, 80, 80, 64}, 64, {.padding = 3}, true));
  EXPECT_FALSE(chosen({1, 80, 80, 64}, 64, same, true, DType::kBFloat16));
}

// Through the op, where the choice falls on it for some sizes and on oneDNN for others.
TEST_F(Conv2dWinograd, SharesAPackedWeightWithTheLibrary) {
  PackedWeight packed;
  const Tensor weight = random_tensor(exec_, {64, 3, 3, 64}, 2);
  for (const std::int64_t size : {3, 40, 3}) {
    const Case c{{1, size, size, 64}, 64, {.padding = 1}};
    const Tensor x = random_tensor(exec_, c.x, 1);
    Tensor y = poisoned(exec_, c.y());
    kernels::conv2d(exec_, x.view(), weight.view(), {}, {}, y.mutable_view(), c.params, &packed);
    const Tolerance allowed = bound(direct(c, absolute(x), absolute(weight)), c.x[3]);
    EXPECT_TRUE(close(y, direct(c, x, weight), allowed)) << text(c);
  }
}

}  // namespace
}  // namespace salix::testing
