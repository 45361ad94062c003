// The handwritten convolution of the GPU, called by itself: conv2d takes it only for shapes
// that cuDNN refuses.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/conv2d/conv2d_parts.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using kernels::Conv2dParams;

struct Case {
  const char* name;
  Shape x, weight;
  Conv2dParams params;

  Shape y() const { return kernels::conv2d_output_shape(x, weight, params); }
};

// Channel counts with and without packs on either side, and every parameter.
const std::vector<Case> kCases{
    {"one", {1, 1, 1, 1}, {1, 1, 1, 1}, {}},
    {"one_pixel", {2, 1, 1, 31}, {33, 3, 3, 31}, {.padding = 1}},
    {"stem", {2, 13, 11, 3}, {16, 7, 7, 3}, {.stride = 2, .padding = 3}},
    {"stem4", {1, 9, 8, 4}, {6, 3, 3, 4}, {.stride = 2, .padding = 1}},
    {"head", {2, 6, 5, 64}, {1, 3, 3, 64}, {.padding = 1}},
    {"head_odd", {1, 5, 4, 5}, {1, 1, 1, 5}, {}},
    {"three", {1, 7, 6, 5}, {3, 3, 3, 5}, {.stride = 2, .padding = 1}},
    {"odd", {3, 9, 5, 31}, {33, 3, 3, 31}, {.padding = 1}},
    {"packs", {2, 5, 7, 24}, {16, 3, 3, 24}, {.padding = 1}},
    {"packs_in", {1, 5, 5, 8}, {6, 3, 2, 8}, {.padding = {0, 1}}},
    {"dilated", {1, 9, 8, 8}, {8, 3, 3, 8}, {.padding = 2, .dilation = 2}},
    {"per_axis",
     {1, 8, 9, 3},
     {2, 3, 2, 3},
     {.stride = {2, 1}, .padding = {0, 1}, .dilation = {1, 3}}},
    {"stride3", {1, 10, 8, 4}, {8, 2, 2, 4}, {.stride = 3}},
    {"grouped", {2, 5, 5, 6}, {4, 3, 3, 3}, {.padding = 1, .groups = 2}},
    {"grouped_packs", {1, 5, 4, 16}, {32, 3, 3, 8}, {.padding = 1, .groups = 2}},
    {"depthwise", {1, 6, 7, 5}, {5, 3, 3, 1}, {.stride = {2, 1}, .padding = 1, .groups = 5}},
    {"depthwise96", {1, 5, 5, 96}, {96, 3, 3, 1}, {.padding = 1, .groups = 96}}};

struct Result {
  Tensor y, dx, dweight;
};

struct Inputs {
  Tensor x, weight, dy;

  Inputs(Exec& exec, const Case& c, DType dtype)
      : x(random_tensor(exec, c.x, 1, dtype)),
        weight(random_tensor(exec, c.weight, 2, dtype)),
        dy(random_tensor(exec, c.y(), 3, dtype)) {}
};

// All three kernels on poisoned buffers.
Result run_direct(Exec& exec, const Case& c, DType dtype) {
  namespace k = kernels;
  const Inputs in(exec, c, dtype);
  Result r{poisoned(exec, c.y(), dtype), poisoned(exec, c.x, dtype),
           poisoned(exec, c.weight, dtype)};
#ifdef SALIX_WITH_CUDA
  if (exec.device().kind == DeviceKind::kCuda) {
    k::cuda::conv2d_direct(exec, in.x.view(), in.weight.view(), r.y.mutable_view(), c.params);
    k::cuda::conv2d_direct_backward_data(exec, in.dy.view(), in.weight.view(), r.dx.mutable_view(),
                                         c.params);
    k::cuda::conv2d_direct_backward_weight(exec, in.x.view(), in.dy.view(),
                                           r.dweight.mutable_view(), c.params);
    return r;
  }
#endif
  k::simt::conv2d_direct(exec, in.x.view(), in.weight.view(), r.y.mutable_view(), c.params);
  k::simt::conv2d_direct_backward_data(exec, in.dy.view(), in.weight.view(), r.dx.mutable_view(),
                                       c.params);
  k::simt::conv2d_direct_backward_weight(exec, in.x.view(), in.dy.view(), r.dweight.mutable_view(),
                                         c.params);
  return r;
}

Result run_reference(Exec& exec, const Case& c, DType dtype) {
  const Inputs in(exec, c, dtype);
  Result r{poisoned(exec, c.y(), dtype), poisoned(exec, c.x, dtype),
           poisoned(exec, c.weight, dtype)};
  kernels::conv2d(exec, in.x.view(), in.weight.view(), {}, {}, r.y.mutable_view(), c.params);
  kernels::conv2d_backward_data(exec, in.dy.view(), in.weight.view(), r.dx.mutable_view(),
                                c.params);
  kernels::conv2d_backward_weight(exec, in.x.view(), in.dy.view(), r.dweight.mutable_view(), {},
                                  c.params);
  return r;
}

// Sums of products of values in [-1, 1), whose absolute values average 1/4.
Tolerance sum_of(std::int64_t terms, DType dtype) {
  const double k = static_cast<double>(terms);
  return dtype == DType::kFloat32 ? tolerance::reduction(terms, k / 2 + 2 * std::sqrt(k) + 1)
                                  : tolerance::bfloat16;
}

class Conv2dDirect : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Conv2dDirect, ::testing::Values(Target::kSimt, Target::kCuda),
                         target_name);

TEST_P(Conv2dDirect, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : kCases) {
      const Result direct = run_direct(exec(), c, dtype);
      const Result expected = run_reference(reference(), c, dtype);
      const std::int64_t pixels = c.y()[0] * c.y()[1] * c.y()[2];
      EXPECT_TRUE(close(direct.y, expected.y, sum_of(c.weight.numel() / c.weight[0], dtype)))
          << c.name << " y " << dtype;
      EXPECT_TRUE(close(direct.dx, expected.dx, sum_of(c.weight.numel() / c.x[3], dtype)))
          << c.name << " dx " << dtype;
      EXPECT_TRUE(close(direct.dweight, expected.dweight, sum_of(pixels, dtype)))
          << c.name << " dweight " << dtype;
    }
  }
}

TEST_P(Conv2dDirect, RepeatsToTheBit) {
  for (const Case& c : kCases) {
    const Result first = run_direct(exec(), c, DType::kFloat32);
    const Result second = run_direct(exec(), c, DType::kFloat32);
    EXPECT_TRUE(same_bits(first.y, second.y)) << c.name;
    EXPECT_TRUE(same_bits(first.dx, second.dx)) << c.name;
    EXPECT_TRUE(same_bits(first.dweight, second.dweight)) << c.name;
  }
}

}  // namespace
}  // namespace salix::testing
