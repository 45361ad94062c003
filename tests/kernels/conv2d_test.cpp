#include "layers/functional/conv2d.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"
#include "tests/kernels/conv2d_cases.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using namespace conv2d_cases;

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

TEST_P(Conv2d, AgreesWithTheReference) { expect_agrees(exec(), reference()); }

TEST_P(Conv2d, FusesBiasResidualAndRelu) { expect_fuses(exec(), reference()); }

TEST_P(Conv2d, FusesHardswish) {
  for (Case c : all_cases()) {
    const Tensor x = random_tensor(exec(), c.x, 1), weight = random_tensor(exec(), c.weight, 2);
    const Tensor bias = random_tensor(exec(), {c.weight[0]}, 3);
    const Tensor expected = hardswish(conv2d_fused(x, weight, bias, {}, c.params));
    c.params.hardswish = true;
    PackedWeight packed;
    EXPECT_TRUE(close(conv2d_fused(x, weight, bias, {}, c.params, &packed), expected,
                      sum_of(c.weight.numel() / c.weight[0] + 2)))
        << c.name;
    const Tensor nan = Tensor::full(exec(), c.x, std::nan(""));
    for (const float value : conv2d_fused(nan, weight, bias, {}, c.params).to_vector<float>()) {
      EXPECT_TRUE(std::isnan(value)) << c.name;
    }
  }
}

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

}  // namespace
}  // namespace salix::testing
