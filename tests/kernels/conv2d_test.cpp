#include "layers/functional/conv2d.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* name;
  Shape x, weight;
  Conv2dParams params;
  bool bias;

  Shape y() const { return kernels::conv2d_output_shape(x, weight, params); }
};

// The table of tests/golden/make_conv2d.py.
const std::vector<Case> kGolden{
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
std::vector<Case> all_cases() {
  std::vector<Case> cases = kGolden;
  cases.push_back({"one", {1, 1, 1, 1}, {1, 1, 1, 1}, {}, true});
  cases.push_back({"odd", {3, 17, 5, 31}, {33, 3, 3, 31}, {.padding = 1}, true});
  cases.push_back({"layer4", {1, 4, 4, 512}, {128, 3, 3, 512}, {.stride = 2, .padding = 1}, false});
  cases.push_back({"downsample", {2, 8, 8, 256}, {512, 1, 1, 256}, {.stride = 2}, false});
  cases.push_back(
      {"swin_depthwise", {1, 9, 9, 96}, {96, 3, 3, 1}, {.padding = 1, .groups = 96}, true});
  return cases;
}

struct Result {
  Tensor y, dx, dweight, dbias;
};

// All three kernels on poisoned buffers.
Result run(const Case& c, const Tensor& x, const Tensor& weight, const Tensor& bias,
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

Result run(Exec& exec, const Case& c, DType dtype = DType::kFloat32) {
  return run(c, random_tensor(exec, c.x, 1, dtype), random_tensor(exec, c.weight, 2, dtype),
             random_tensor(exec, {c.weight[0]}, 3, dtype), random_tensor(exec, c.y(), 4, dtype));
}

// Every element of the four results is a sum of products of values in [-1, 1), whose
// absolute values average 1/4 (1/2 for dbias); four deviations above the mean covers all.
Tolerance sum_of(std::int64_t terms) {
  const double k = static_cast<double>(terms);
  return tolerance::reduction(terms, k / 2 + 2 * std::sqrt(k) + 1);
}

void expect_close(const Result& actual, const Result& expected, const Case& c, DType dtype) {
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

class Conv2d : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Conv2d, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Conv2d, RefusesBadRequests) {
  const Tensor x = random_tensor(exec(), {1, 5, 5, 4}, 1);
  const auto error = [&](const Shape& weight, Conv2dParams params) {
    return error_of([&] { conv2d(x, random_tensor(exec(), weight, 2), {}, params); });
  };
  EXPECT_THAT(error({2, 3, 3}, {}), HasSubstr("x must be [N,H,W,Cin] and weight"));
  EXPECT_THAT(error({2, 3, 3, 3}, {}), HasSubstr("Cin = groups * weight's last size"));
  EXPECT_THAT(error({3, 3, 3, 2}, {.groups = 2}), HasSubstr("groups must divide Cout"));
  EXPECT_THAT(error({2, 0, 3, 4}, {}), HasSubstr("all sizes must be positive"));
  EXPECT_THAT(error({2, 7, 3, 4}, {}),
              HasSubstr("must fit into the padded input; got 7 against 5"));
  EXPECT_THAT(error({2, 3, 3, 4}, {.dilation = 3}), HasSubstr("got 7 against 5 along H"));
  EXPECT_THAT(error({2, 3, 3, 4}, {.stride = {1, 0}}), HasSubstr("stride and dilation must be"));
  EXPECT_THAT(error({2, 3, 3, 4}, {.relu = true}), HasSubstr("no gradient rule"));
  const Tensor weight = random_tensor(exec(), {2, 3, 3, 4}, 2);
  EXPECT_THAT(error_of([&] { conv2d(x, weight, random_tensor(exec(), {3}, 3)); }),
              HasSubstr("bias must have shape [2]; got [3]"));
  EXPECT_THAT(error_of([&] { conv2d(x, weight.to(DType::kBFloat16)); }),
              HasSubstr("x and weight must have one dtype"));
  const Tensor leaf = random_leaf(exec(), {2, 3, 3, 4}, 2, DType::kFloat32);
  EXPECT_THAT(error_of([&] { conv2d_fused(x, leaf, {}, {}, {}); }), HasSubstr("no gradient rule"));
}

// 1 2 3 4 / 5 6 7 8 / ... filtered with [1 10; 100 1000] by hand.
TEST_P(Conv2d, IsCrossCorrelationNotConvolution) {
  const Tensor x = from(exec(), {1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 3, 3, 1});
  const Tensor weight = from(exec(), {1, 10, 100, 1000}, {1, 2, 2, 1});
  EXPECT_TRUE(close(conv2d(x, weight, from(exec(), {0.5f}, {1})), {5421.5, 6532.5, 8754.5, 9865.5},
                    tolerance::elementwise));
}

TEST_P(Conv2d, MatchesPyTorch) {
  for (const Case& c : kGolden) {
    const std::vector<float> all =
        golden(exec(), str("conv2d/", c.name, ".npy")).to_vector<float>();
    auto position = all.begin();
    const auto next = [&](const Shape& shape) {
      const auto begin = position;
      position += shape.numel();
      return from(exec(), std::vector<float>(begin, position), shape);
    };
    const Shape filters{c.weight[0]};
    const Tensor x = next(c.x), weight = next(c.weight);
    const Tensor bias = c.bias ? next(filters) : Tensor();
    const Tensor dy = next(c.y());
    Result expected{next(c.y()), next(c.x), next(c.weight),
                    c.bias ? next(filters) : Tensor::zeros(exec(), filters)};
    ASSERT_EQ(position, all.end()) << c.name;
    expect_close(run(c, x, weight, bias, dy), expected, c, DType::kFloat32);
  }
}

// Linear in x and in the weight, so both gradients are right exactly when
// <conv(x, w), dy> = <x, dx> = <w, dw>.
TEST_P(Conv2d, BackwardsAreTheAdjointsOfForward) {
  for (Case c : all_cases()) {
    c.bias = false;
    const Tensor x = random_tensor(exec(), c.x, 1), weight = random_tensor(exec(), c.weight, 2);
    const Tensor dy = random_tensor(exec(), c.y(), 4);
    const Result r = run(c, x, weight, {}, dy);
    const double forward = dot(r.y, dy);
    const double magnitude = absolute_dot(r.y, dy) + absolute_dot(x, r.dx);
    const Tolerance allowed = tolerance::reduction(c.weight.numel(), magnitude);
    EXPECT_NEAR(forward, dot(x, r.dx), allowed.absolute) << c.name;
    EXPECT_NEAR(forward, dot(weight, r.dweight), allowed.absolute) << c.name;
  }
}

TEST_P(Conv2d, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const Case& c : kGolden) {
    const auto convolve = [&](const std::vector<Tensor>& in) {
      return conv2d(in[0], in[1], c.bias ? in[2] : Tensor(), c.params);
    };
    std::vector<Tensor> leaves{random_leaf(exec(), c.x, 1), random_leaf(exec(), c.weight, 2)};
    if (c.bias) leaves.push_back(random_leaf(exec(), {c.weight[0]}, 3));
    EXPECT_EQ(gradcheck(convolve, leaves), "") << c.name;
  }
}

TEST_P(Conv2d, ComputesOnlyTheGradientsThatAreWanted) {
  const Shape in{1, 4, 4, 3}, filter{2, 3, 3, 3};
  for (int wanted = 1; wanted < 8; ++wanted) {
    Tensor x = random_tensor(exec(), in, 1), weight = random_tensor(exec(), filter, 2);
    Tensor bias = random_tensor(exec(), {2}, 3);
    x.set_requires_grad((wanted & 1) != 0);
    weight.set_requires_grad((wanted & 2) != 0);
    bias.set_requires_grad((wanted & 4) != 0);
    const Tensor y = conv2d(x, weight, bias);
    backward(y, random_tensor(exec(), y.shape(), 4));
    EXPECT_EQ(x.grad().defined(), (wanted & 1) != 0);
    EXPECT_EQ(weight.grad().defined(), (wanted & 2) != 0);
    EXPECT_EQ(bias.grad().defined(), (wanted & 4) != 0);
  }
}

void expect_agrees(Exec& exec, Exec& reference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : all_cases()) {
      expect_close(run(exec, c, dtype), run(reference, c, dtype), c, dtype);
    }
  }
}

TEST_P(Conv2d, AgreesWithTheReference) { expect_agrees(exec(), reference()); }

void expect_fuses(Exec& exec, Exec& reference) {
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

TEST_P(Conv2d, FusesBiasResidualAndRelu) { expect_fuses(exec(), reference()); }

// One PackedWeight serves every input size, and another weight after clear().
TEST_P(Conv2d, PackedWeightsServeOtherSizes) {
  PackedWeight packed;
  for (const std::uint64_t seed : {1, 2}) {
    const Tensor weight = random_tensor(exec(), {48, 3, 3, 40}, seed);
    for (const std::int64_t size : {1, 4, 31, 4}) {
      const Tensor x = random_tensor(exec(), {1, size, size, 40}, 3);
      const Tensor y = conv2d_fused(x, weight, {}, {}, {.padding = 1}, &packed);
      EXPECT_TRUE(close(y, conv2d(x, weight, {}, {.padding = 1}), sum_of(9 * 40)));
    }
    packed.clear();
  }
}

// A weight that its source makes: asked for once per order, whatever the one passed holds.
TEST_P(Conv2d, PackedWeightsComeFromTheirSource) {
  const Tensor weight = random_tensor(exec(), {48, 3, 3, 40}, 1);
  const Tensor other = random_tensor(exec(), {48, 3, 3, 40}, 2);
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Tensor made = weight.to(dtype), passed = other.to(dtype);
    int asked = 0;
    PackedWeight given, sourced([&] {
      ++asked;
      return std::shared_ptr<const void>(std::make_shared<Tensor>(made), made.view().data);
    });
    for (const std::int64_t size : {4, 31, 4, 31}) {
      const Tensor x = random_tensor(exec(), {1, size, size, 40}, 3).to(dtype);
      const Tensor y = conv2d_fused(x, passed, {}, {}, {.padding = 1}, &sourced);
      EXPECT_TRUE(same_bits(y, conv2d_fused(x, made, {}, {}, {.padding = 1}, &given))) << dtype;
    }
    EXPECT_GE(asked, 1) << dtype;
    EXPECT_LE(asked, 2) << dtype;
  }
}

TEST_P(Conv2d, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : all_cases()) {
    const Result first = run(exec(), c), second = run(exec(), c);
    EXPECT_TRUE(same_bits(first.y, second.y)) << c.name;
    EXPECT_TRUE(same_bits(first.dx, second.dx)) << c.name;
    EXPECT_TRUE(same_bits(first.dweight, second.dweight)) << c.name;
    EXPECT_TRUE(same_bits(first.dbias, second.dbias)) << c.name;

    const Tensor x = random_tensor(exec(), c.x, 1), weight = random_tensor(exec(), c.weight, 2);
    const Tensor dy = random_tensor(exec(), c.y(), 4);
    Guarded y(exec(), c.y()), dx(exec(), c.x), dweight(exec(), c.weight);
    Guarded dbias(exec(), {c.weight[0]});
    kernels::conv2d(exec(), x.view(), weight.view(), {}, {}, y.view(), c.params);
    kernels::conv2d_backward_data(exec(), dy.view(), weight.view(), dx.view(), c.params);
    kernels::conv2d_backward_weight(exec(), x.view(), dy.view(), dweight.view(), dbias.view(),
                                    c.params);
    EXPECT_TRUE(y.intact() && dx.intact() && dweight.intact() && dbias.intact()) << c.name;
    EXPECT_TRUE(same_bits(dx.tensor(), first.dx)) << c.name;
  }
}

// As the GPU's library would be: each pass is one launch, a bias one more.
TEST(Conv2dOnSimt, CountsLibraryCallsAsLaunches) {
  const std::unique_ptr<Exec> exec = make_exec(Target::kSimt);
  const Tensor x = random_tensor(*exec, {1, 5, 5, 4}, 1),
               weight = random_tensor(*exec, {2, 3, 3, 4}, 2);
  const Tensor bias = random_tensor(*exec, {2}, 3);
  const auto launches = [&](const auto& work) {
    const DeviceCounts before = exec->backend().counts();
    work();
    return (exec->backend().counts() - before).launches;
  };
  EXPECT_EQ(launches([&] { conv2d(x, weight); }), 1);
  EXPECT_EQ(launches([&] { conv2d(x, weight, bias); }), 2);
}

// What is left where cuDNN's graph API has no way, or cuDNN refuses a shape: its older
// functions, their plainest algorithms, and the handwritten kernels. A plan is made under the
// switch, so each needs a new Exec.
class Conv2dFallback : public OpTest {
 protected:
  ~Conv2dFallback() override {
    unsetenv("SALIX_CUDNN_SAFE");
    unsetenv("SALIX_CUDNN_LEGACY");
  }

  void expect_works() {
    const std::unique_ptr<Exec> fallback = make_exec(GetParam());
    expect_agrees(*fallback, reference());
    expect_fuses(*fallback, reference());
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, Conv2dFallback, ::testing::Values(Target::kCuda), target_name);

TEST_P(Conv2dFallback, AgreesWithTheReference) {
  for (const char* level : {"1", "2"}) {
    SCOPED_TRACE(level);
    setenv("SALIX_CUDNN_SAFE", level, /*overwrite=*/1);
    expect_works();
  }
}

TEST_P(Conv2dFallback, AgreesWithTheReferenceWithoutTheGraphApi) {
  setenv("SALIX_CUDNN_LEGACY", "1", /*overwrite=*/1);
  expect_works();
}

}  // namespace
}  // namespace salix::testing
