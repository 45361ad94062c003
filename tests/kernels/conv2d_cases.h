// What the tests of conv2d share: shapes, one run of all three kernels, and comparisons.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "layers/functional/conv2d.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing::conv2d_cases {

struct Case {
  const char* name;
  Shape x, weight;
  Conv2dParams params;
  bool bias;

  Shape y() const { return kernels::conv2d_output_shape(x, weight, params); }
};

// The table of tests/golden/make_conv2d.py.
inline const std::vector<Case> kGolden{
    {"pointwise", {2, 3, 5, 4}, {6, 1, 1, 4}, {}, true},
    {"pointwise_stride2", {1, 7, 6, 5}, {3, 1, 1, 5}, {.stride = 2}, false},
    {"same3x3", {2, 5, 4, 3}, {5, 3, 3, 3}, {.padding = 1}, true},
    {"stem7x7", {1, 13, 11, 3}, {4, 7, 7, 3}, {.stride = 2, .padding = 3}, false},
    {"dilated", {1, 9, 8, 2}, {3, 3, 3, 2}, {.padding = 2, .dilation = 2}, true},
    {"per_axis",
     {1, 8, 9, 3},
     {2, 3, 2, 3},
     {.stride = {2, 1}, .padding = {0, 1}, .dilation = {1, 3}},
     true},
    {"grouped", {2, 5, 5, 6}, {4, 3, 3, 3}, {.padding = 1, .groups = 2}, true},
    {"depthwise", {1, 6, 7, 5}, {5, 3, 3, 1}, {.stride = {2, 1}, .padding = 1, .groups = 5}, true}};

// Beyond the golden ones: one element, sizes below and above a vector, real layers.
inline std::vector<Case> all_cases() {
  std::vector<Case> cases = kGolden;
  cases.push_back({"one", {1, 1, 1, 1}, {1, 1, 1, 1}, {}, true});
  cases.push_back({"odd", {3, 17, 5, 31}, {33, 3, 3, 31}, {.padding = 1}, true});
  cases.push_back({"layer4", {1, 4, 4, 512}, {128, 3, 3, 512}, {.stride = 2, .padding = 1}, false});
  cases.push_back({"downsample", {2, 8, 8, 256}, {512, 1, 1, 256}, {.stride = 2}, false});
  cases.push_back(
      {"swin_depthwise", {1, 9, 9, 96}, {96, 3, 3, 1}, {.padding = 1, .groups = 96}, true});
  // Sizes around those of the vector code: a row, a column, more rows than are summed at once.
  cases.push_back({"depthwise_row", {1, 1, 6, 8}, {8, 3, 3, 1}, {.padding = 1, .groups = 8}, true});
  cases.push_back(
      {"depthwise_column", {2, 19, 1, 16}, {16, 3, 3, 1}, {.padding = 1, .groups = 16}, false});
  cases.push_back(
      {"depthwise_odd", {1, 4, 4, 12}, {12, 3, 3, 1}, {.padding = 1, .groups = 12}, true});
  return cases;
}

struct Result {
  Tensor y, dx, dweight, dbias;
};

// All three kernels on poisoned buffers.
inline Result run(const Case& c, const Tensor& x, const Tensor& weight, const Tensor& bias,
                  const Tensor& dy) {
  Exec& exec = x.exec();
  Result r{poisoned(exec, c.y(), x.dtype()), poisoned(exec, c.x, x.dtype()),
           poisoned(exec, c.weight, x.dtype()), poisoned(exec, {c.weight[0]}, x.dtype())};
  kernels::conv2d(exec, x.view(), weight.view(), c.bias ? bias.view() : ConstView{}, {},
                  r.y.mutable_view(), c.params);
  kernels::conv2d_backward_data(exec, dy.view(), weight.view(), r.dx.mutable_view(), c.params);
  kernels::conv2d_backward_weight(exec, x.view(), dy.view(), r.dweight.mutable_view(),
                                  c.bias ? r.dbias.mutable_view() : View{}, c.params);
  if (!c.bias) r.dbias.fill(0);
  return r;
}

inline Result run(Exec& exec, const Case& c, DType dtype = DType::kFloat32) {
  return run(c, random_tensor(exec, c.x, 1, dtype), random_tensor(exec, c.weight, 2, dtype),
             random_tensor(exec, {c.weight[0]}, 3, dtype), random_tensor(exec, c.y(), 4, dtype));
}

// Every element of the four results is a sum of products of values in [-1, 1), whose
// absolute values average 1/4 (1/2 for dbias); four deviations above the mean covers all.
inline Tolerance sum_of(std::int64_t terms) {
  const double k = static_cast<double>(terms);
  return tolerance::reduction(terms, k / 2 + 2 * std::sqrt(k) + 1);
}

inline void expect_close(const Result& actual, const Result& expected, const Case& c, DType dtype) {
  const bool wide = dtype == DType::kFloat32;
  const std::int64_t filter = c.weight[1] * c.weight[2] * c.weight[3];
  const std::int64_t pixels = c.y()[0] * c.y()[1] * c.y()[2];
  const auto allowed = [&](std::int64_t terms) {
    return wide ? sum_of(terms) : tolerance::bfloat16;
  };
  EXPECT_TRUE(close(actual.y, expected.y, allowed(filter))) << c.name << " y " << dtype;
  EXPECT_TRUE(close(actual.dx, expected.dx, allowed(c.weight.numel() / c.x[3])))
      << c.name << " dx " << dtype;
  EXPECT_TRUE(close(actual.dweight, expected.dweight, allowed(pixels))) << c.name << " dweight";
  EXPECT_TRUE(close(actual.dbias, expected.dbias, allowed(pixels))) << c.name << " dbias";
}

inline void expect_agrees(Exec& exec, Exec& reference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : all_cases()) {
      expect_close(run(exec, c, dtype), run(reference, c, dtype), c, dtype);
    }
  }
}

inline void expect_fuses(Exec& exec, Exec& reference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (Case c : all_cases()) {
      const Tensor x = random_tensor(exec, c.x, 1, dtype);
      const Tensor weight = random_tensor(exec, c.weight, 2, dtype);
      const Tensor bias = random_tensor(exec, {c.weight[0]}, 3, dtype);
      const Tensor residual = random_tensor(exec, c.y(), 5, dtype);
      std::vector<double> expected =
          conv2d(x.to(reference).to(DType::kFloat64), weight.to(reference).to(DType::kFloat64),
                 bias.to(reference).to(DType::kFloat64), c.params)
              .to_vector<double>();
      const std::vector<double> added = residual.to_vector<double>();
      for (std::size_t k = 0; k < expected.size(); ++k) {
        expected[k] = std::max(0.0, expected[k] + added[k]);
      }
      const Tolerance allowed = dtype == DType::kFloat32
                                    ? sum_of(c.weight.numel() / c.weight[0] + 2)
                                    : tolerance::bfloat16;
      c.params.relu = true;
      PackedWeight packed;
      Tensor reused = residual.clone();
      const void* memory = reused.view().data;
      const Tensor separate = conv2d_fused(x, weight, bias, residual, c.params, &packed);
      const Tensor again = conv2d_fused(x, weight, bias, residual, c.params, &packed);
      const Tensor in_place = conv2d_fused(x, weight, bias, std::move(reused), c.params);
      EXPECT_TRUE(close(separate, expected, allowed)) << c.name << " " << dtype;
      EXPECT_TRUE(close(in_place, expected, allowed)) << c.name << " " << dtype;
      EXPECT_TRUE(same_bits(separate, again)) << c.name;
      EXPECT_EQ(in_place.view().data, memory);
    }
  }
}

}  // namespace salix::testing::conv2d_cases
