// NaN that a convolution meets stays NaN through the ReLU fused to it, on every path: the
// libraries' epilogues keep the larger of value and zero, and which one that is for NaN is theirs.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/kernels/conv2d_cases.h"

namespace salix::testing {
namespace {

using namespace conv2d_cases;

class Conv2dNotANumber : public OpTest {
 protected:
  // A convolution with ReLU whose operands are random but for what `plant` changes; NaN where
  // and only where the same without ReLU is NaN, and no negative number beside it.
  void expect_relu_keeps_nan(const Case& c, bool residual, bool in_place, const Tensor& x,
                             const Tensor& weight, const Tensor& added) {
    const DType dtype = x.dtype();
    const auto run = [&](bool relu) {
      Conv2dParams params = c.params;
      params.relu = relu;
      Tensor y = residual && in_place ? added.clone() : poisoned(exec(), c.y(), dtype);
      PackedWeight packed;
      const ConstView from = !residual ? ConstView{} : in_place ? y.view() : added.view();
      kernels::conv2d(exec(), x.view(), weight.view(), {}, from, y.mutable_view(), params, &packed);
      return y.to_vector<double>();
    };
    const std::vector<double> plain = run(false), rectified = run(true);
    std::size_t found = 0, lost = 0;
    for (std::size_t i = 0; i < plain.size(); ++i) {
      if (!std::isnan(plain[i])) {
        EXPECT_GE(rectified[i], 0);
        continue;
      }
      ++found;
      lost += std::isnan(rectified[i]) ? 0 : 1;
    }
    EXPECT_GT(found, 0u) << c.name;
    EXPECT_EQ(lost, 0u) << c.name << ": of " << found << " NaN of " << plain.size()
                        << (residual ? in_place ? ", in place" : ", residual" : "");
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, Conv2dNotANumber, ::testing::ValuesIn(all_targets()),
                         target_name);

// An encoder's layers: 1x1, 3x3 with and without stride, the stem.
const std::vector<Case> kLayers{
    {"pointwise", {1, 8, 8, 64}, {32, 1, 1, 64}, {}, false},
    {"pointwise_stride2", {1, 8, 8, 64}, {128, 1, 1, 64}, {.stride = 2}, false},
    {"same3x3", {1, 8, 8, 32}, {64, 3, 3, 32}, {.padding = 1}, false},
    {"stride2_3x3", {1, 9, 9, 32}, {64, 3, 3, 32}, {.stride = 2, .padding = 1}, false},
    {"stem7x7", {1, 21, 19, 3}, {64, 7, 7, 3}, {.stride = 2, .padding = 3}, false},
    {"few_channels", {1, 5, 6, 5}, {3, 3, 3, 5}, {.padding = 1}, false},
    {"depthwise", {1, 9, 9, 32}, {32, 3, 3, 1}, {.padding = 1, .groups = 32}, false}};

TEST_P(Conv2dNotANumber, StaysThroughAFusedRelu) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : kLayers) {
      for (const char* where : {"x", "weight", "residual"}) {
        const auto planted = [&](const char* name, const Shape& shape, std::uint64_t seed) {
          std::vector<float> values = random_tensor(exec(), shape, seed).to_vector<float>();
          if (std::string(where) == name)
            values[values.size() / 2] = std::numeric_limits<float>::quiet_NaN();
          return from(exec(), values, shape).to(dtype);
        };
        const Tensor x = planted("x", c.x, 1), weight = planted("weight", c.weight, 2),
                     added = planted("residual", c.y(), 3);
        SCOPED_TRACE(str("NaN in ", where, ", ", dtype));
        if (std::string(where) != "residual")
          expect_relu_keeps_nan(c, false, false, x, weight, added);
        expect_relu_keeps_nan(c, true, false, x, weight, added);
        expect_relu_keeps_nan(c, true, true, x, weight, added);
      }
    }
  }
}

}  // namespace
}  // namespace salix::testing
