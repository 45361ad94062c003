#include "layers/functional/hardswish_norm.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/hardswish_norm/hardswish_norm.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// One channel, odd sizes, packs of 16 bytes, more rows than a chunk, a Swin stage's wide map.
const std::vector<Shape> kShapes{
    {2, 1, 1, 1}, {1, 3, 5, 7}, {3, 4, 4, 24}, {2, 40, 41, 12}, {2, 14, 14, 384}};

class HardswishNormOp : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, HardswishNormOp, ::testing::ValuesIn(all_targets()), target_name);

struct Inputs {
  Tensor x, gamma, beta, gate, depthwise, weight, dy;
};

Inputs random_inputs(Exec& exec, const Shape& shape, DType dtype) {
  const std::int64_t channels = shape[3];
  const DType other = dtype == DType::kFloat64 ? dtype : DType::kFloat32;
  return {random_tensor(exec, shape, 1, -4, 4, dtype),
          random_tensor(exec, {channels}, 2, 0.5, 3, other),
          random_tensor(exec, {channels}, 3, other),
          random_tensor(exec, {channels, 1, 1, channels}, 4, -0.3, 0.3, dtype),
          random_tensor(exec, {channels, 3, 3, 1}, 5, dtype),
          random_tensor(exec, {5, 1, 1, channels}, 6, dtype),
          random_tensor(exec, {shape[0], shape[1], shape[2], 5}, 7, dtype)};
}

Tensor leaf(const Tensor& values) {
  Tensor copy = values.clone();
  copy.set_requires_grad(true);
  return copy;
}

// Of a whole block: the result, the gradients of all, the running mean of the first norm.
std::vector<Tensor> run(const Inputs& in, bool kept_once) {
  Exec& exec = in.x.exec();
  const std::int64_t channels = in.x.dim(3);
  const Conv2dParams depthwise{.padding = 1, .groups = static_cast<int>(channels)};
  const Tensor x = leaf(in.x), gamma = leaf(in.gamma), beta = leaf(in.beta), gate = leaf(in.gate),
               kernel = leaf(in.depthwise), weight = leaf(in.weight);
  Tensor mean1 = Tensor::zeros(exec, {channels}, gamma.dtype()),
         var1 = Tensor::full(exec, {channels}, 1, gamma.dtype());
  Tensor mean2 = mean1.clone(), var2 = var1.clone();
  const BatchNormParams training{.training = true};
  const auto gates = [&](const Tensor& average) {
    return sigmoid(conv2d(average.reshape({x.dim(0), 1, 1, channels}), gate));
  };
  Tensor y;
  if (kept_once) {
    HardswishNorm wide(x, gamma, beta, mean1, var1, training, {});
    HardswishNorm mixed(wide.conv2d(kernel, depthwise), gamma, beta, mean2, var2, training, {});
    y = mixed.conv2d(weight, {}, gates(mixed.average()).reshape({x.dim(0), channels}));
  } else {
    const Tensor wide = hardswish(batch_norm(x, gamma, beta, mean1, var1, training));
    const Tensor mixed = hardswish(
        batch_norm(conv2d(wide, kernel, {}, depthwise), gamma, beta, mean2, var2, training));
    y = conv2d(mixed * gates(mean(mixed, {1, 2})), weight);
  }
  backward(y, in.dy);
  return {y.detach(),  x.grad(),      gamma.grad(),  beta.grad(),
          gate.grad(), kernel.grad(), weight.grad(), mean1};
}

TEST_P(HardswishNormOp, RefusesBadRequests) {
  const Inputs in = random_inputs(exec(), {2, 3, 3, 4}, DType::kFloat32);
  Tensor mean = Tensor::zeros(exec(), {4}), variance = Tensor::full(exec(), {4}, 1);
  const auto make = [&](const Tensor& x) {
    return HardswishNorm(x, in.gamma, in.beta, mean, variance, {.training = true}, {});
  };
  EXPECT_THAT(
      error_of([&] { make(in.gamma); }),
      HasSubstr("HardswishNorm: x must be [N,H,W,C] with more than one pixel; got shape [4]"));
  EXPECT_THAT(error_of([&] { make(in.x).conv2d(in.weight, {}, in.gamma); }),
              HasSubstr("conv2d needs a gate after average(), and only then"));
  const kernels::NormedMap map{in.x.view(), mean.view(), variance.view(), in.gamma.view(),
                               in.beta.view()};
  Tensor gates = Tensor::zeros(exec(), {2, 3});
  EXPECT_THAT(error_of([&] { kernels::hardswish_norm_average(exec(), map, gates.mutable_view()); }),
              HasSubstr("hardswish_norm_average: average must have shape [2, 4]; got [2, 3]"));
}

TEST_P(HardswishNormOp, EqualsTheOpsOneByOne) {
  const DType dtype = has_float64() ? DType::kFloat64 : DType::kFloat32;
  for (const Shape& shape : kShapes) {
    if (shape[1] == 1) continue;  // the depthwise map of one pixel has no deviation
    const Inputs in = random_inputs(exec(), shape, dtype);
    const auto kept = run(in, true), plain = run(in, false);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const Tolerance allowed = has_float64() ? Tolerance{1e-10, 1e-10} : Tolerance{2e-3, 2e-4};
      EXPECT_TRUE(close(kept[i], plain[i], allowed)) << "result " << i << " of " << shape;
    }
  }
}

TEST_P(HardswishNormOp, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto block = [&](const std::vector<Tensor>& in) {
    Tensor mean = Tensor::zeros(exec(), {3}, DType::kFloat64);
    Tensor variance = Tensor::full(exec(), {3}, 1, DType::kFloat64);
    HardswishNorm map(in[0], in[1], in[2], mean, variance, {.training = true}, {});
    return map.conv2d(in[3], {}, sigmoid(map.average()));
  };
  EXPECT_EQ(gradcheck(block, {random_leaf(exec(), {2, 2, 3, 3}, 1), random_leaf(exec(), {3}, 2),
                              random_leaf(exec(), {3}, 3), random_leaf(exec(), {2, 1, 1, 3}, 4)}),
            "");
}

// y, average, dgate, dz of the kernels, in guarded buffers.
std::vector<Tensor> passes(Exec& exec, const Shape& shape, DType dtype) {
  const Inputs in = random_inputs(exec, shape, dtype);
  const Shape of_image{shape[0], shape[3]};
  const Tensor mean = random_tensor(exec, {shape[3]}, 8, in.gamma.dtype());
  const Tensor gate = random_tensor(exec, of_image, 9, 0, 1, dtype),
               daverage = random_tensor(exec, of_image, 10, dtype),
               dy = random_tensor(exec, shape, 11, dtype);
  const kernels::NormedMap map{in.x.view(), mean.view(), in.gamma.view(), in.gamma.view(),
                               in.beta.view()};
  Guarded y(exec, shape, dtype), average(exec, of_image, dtype), dgate(exec, of_image, dtype),
      dz(exec, shape, dtype);
  kernels::hardswish_norm(exec, map, gate.view(), y.view());
  kernels::hardswish_norm_average(exec, map, average.view());
  kernels::hardswish_norm_gate_gradient(exec, map, dy.view(), dgate.view());
  kernels::hardswish_norm_backward(exec, map, dy.view(), gate.view(), daverage.view(), dz.view());
  std::vector<Tensor> results;
  for (const Guarded* output : {&y, &average, &dgate, &dz}) {
    EXPECT_TRUE(output->intact());
    results.push_back(output->tensor());
  }
  return results;
}

TEST_P(HardswishNormOp, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Shape& shape : kShapes) {
      const auto actual = passes(exec(), shape, dtype),
                 expected = passes(reference(), shape, dtype);
      for (std::size_t i = 0; i < actual.size(); ++i) {
        const auto pixels = static_cast<double>(shape[1] * shape[2]);
        Tolerance allowed{1e-5, 1e-5};
        if (i == 2) allowed = tolerance::reduction(shape[1] * shape[2], 30 * pixels);
        if (dtype == DType::kBFloat16) allowed = Tolerance{0.1, 4e-2};
        EXPECT_TRUE(close(actual[i], expected[i], allowed)) << i << " of " << shape << " " << dtype;
      }
    }
  }
}

TEST_P(HardswishNormOp, RepeatsToTheBit) {
  const auto first = passes(exec(), kShapes[3], DType::kFloat32);
  const auto second = passes(exec(), kShapes[3], DType::kFloat32);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(same_bits(first[i], second[i]));
}

TEST(HardswishNormThreads, DoNotChangeTheBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return passes(exec, {2, 70, 30, 48}, DType::kFloat32);
  }));
}

}  // namespace
}  // namespace salix::testing
