#include "layers/modules/module.h"

#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/modules/conv2d.h"
#include "layers/modules/conv_batch_norm.h"
#include "layers/modules/init.h"
#include "layers/modules/linear.h"
#include "layers/modules/state_dict.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Pair : public Module {
 public:
  explicit Pair(Exec& exec)
      : first(exec, {"conv1", "bn1"}, 2, 3, {.kernel = 3, .padding = 1, .bias = false}),
        second(exec, 3, 4, {.kernel = 1}) {
    add_module("", first);
    add_module("head", second);
  }
  ConvBatchNorm first;
  Conv2d second;
};

std::vector<std::string> names(const std::vector<StateEntry>& entries) {
  std::vector<std::string> list;
  for (const StateEntry& entry : entries) list.push_back(entry.name);
  return list;
}

TEST(Module, ListsStateInOrderWithTransparentChildren) {
  Exec exec;
  const Pair pair(exec);
  EXPECT_THAT(names(pair.state("net.")),
              ElementsAre("net.conv1.weight", "net.bn1.weight", "net.bn1.bias",
                          "net.bn1.running_mean", "net.bn1.running_var",
                          "net.bn1.num_batches_tracked", "net.head.weight", "net.head.bias"));
  EXPECT_THAT(names(pair.parameters()),
              ElementsAre("conv1.weight", "bn1.weight", "bn1.bias", "head.weight", "head.bias"));
}

TEST(Module, TrainAndFreezeReachAllChildren) {
  Exec exec;
  Pair pair(exec);
  EXPECT_TRUE(pair.first.norm.training());
  pair.eval();
  EXPECT_FALSE(pair.first.norm.training());
  pair.set_requires_grad(false);
  EXPECT_FALSE(pair.second.weight.requires_grad());
  pair.set_requires_grad(true);
  EXPECT_TRUE(pair.second.weight.requires_grad());
}

TEST(Module, KeepsNormsInFloat32UnderBfloat16) {
  Exec exec;
  Pair pair(exec);
  pair.to(DType::kBFloat16);
  EXPECT_EQ(pair.first.conv.weight.dtype(), DType::kBFloat16);
  EXPECT_EQ(pair.first.norm.weight.dtype(), DType::kFloat32);
  EXPECT_EQ(pair.first.norm.num_batches_tracked.dtype(), DType::kInt64);
  pair.to(DType::kFloat64);
  EXPECT_EQ(pair.first.norm.running_var.dtype(), DType::kFloat64);
  EXPECT_TRUE(pair.second.weight.requires_grad());
}

// float64 has no library and reads the folded weight at every call; bfloat16 rounds it.
TEST(Module, FoldedInferenceEqualsTheUnfolded) {
  for (const DType dtype : {DType::kFloat32, DType::kFloat64, DType::kBFloat16}) {
    Exec exec;
    Pair pair(exec);
    pair.first.norm.running_mean = random_tensor(exec, {3}, 1);
    pair.first.norm.running_var = random_tensor(exec, {3}, 2, 0.5, 2.0);
    pair.to(dtype);
    pair.eval();
    const NoGrad no_grad(exec);
    const Tensor x = random_tensor(exec, {2, 7, 5, 2}, 3).to(dtype),
                 residual = random_tensor(exec, {2, 7, 5, 3}, 4).to(dtype);
    const Tensor expected = pair.first(x, {.relu = true, .residual = residual});
    pair.prepare_inference();
    const Tolerance allowed =
        dtype == DType::kBFloat16 ? tolerance::bfloat16 : Tolerance{1e-6, 1e-5};
    for (int call = 0; call < 2; ++call) {
      EXPECT_TRUE(
          close(pair.first(x, {.relu = true, .residual = residual.clone()}), expected, allowed))
          << dtype;
    }
    // Back to training the running statistics no longer matter.
    pair.train();
    EXPECT_FALSE(
        close(pair.first(x, {.relu = true, .residual = residual}), expected, {1e-2, 1e-2}));
  }
}

TEST(Module, ConvolvesEnlargedMapsFoldedOrNot) {
  for (const DType dtype : {DType::kFloat32, DType::kFloat64, DType::kBFloat16}) {
    Exec exec;
    ConvBatchNorm unit(exec, {"0", "1"}, 5, 3, {.kernel = 3, .padding = 1});
    unit.norm.running_mean = random_tensor(exec, {3}, 1);
    unit.norm.running_var = random_tensor(exec, {3}, 2, 0.5, 2.0);
    unit.to(dtype);
    unit.eval();
    const NoGrad no_grad(exec);
    const Tensor x = random_tensor(exec, {2, 4, 3, 5}, 3).to(dtype);
    for (const bool aligned : {false, true}) {
      const Tensor expected =
          unit(resize_bilinear(x, 9, 7, {.align_corners = aligned}), {.relu = true});
      const Tolerance allowed =
          dtype == DType::kBFloat16 ? tolerance::bfloat16 : Tolerance{1e-6, 1e-5};
      for (const bool folded : {false, true}) {
        if (folded) unit.prepare_inference();
        const Tensor y = unit.on_enlarged(x, 9, 7, {.align_corners = aligned}, true);
        EXPECT_TRUE(close(y, expected, allowed)) << dtype << " folded " << folded;
        unit.eval();
      }
    }
  }
}

TEST(Module, OnlyConvolutionsThatKeepTheSizeReadEnlargedMaps) {
  Exec exec;
  ConvBatchNorm unit(exec, {"0", "1"}, 5, 3, {.kernel = 3, .stride = 2, .padding = 1});
  EXPECT_THAT(error_of([&] {
                unit.on_enlarged(Tensor::zeros(exec, {1, 4, 4, 5}), 8, 8, {}, true);
              }),
              HasSubstr("on_enlarged needs a convolution of stride and dilation 1"));
}

// Prepared, a convolution may keep a copy of its weight; afterwards it must not.
TEST(Module, ConvolutionsReadTheirWeightAgainAfterInference) {
  Exec exec;
  Conv2d conv(exec, 40, 48, {.kernel = 3, .padding = 1});
  conv.eval();
  const NoGrad no_grad(exec);
  const Tensor x = random_tensor(exec, {1, 20, 20, 40}, 1);
  const Tensor expected = conv(x);
  conv.prepare_inference();
  EXPECT_TRUE(close(conv(x), expected, {1e-6, 1e-5}));
  conv.eval();
  conv.weight.fill(0);
  conv.bias.fill(2);
  EXPECT_TRUE(close(conv(x), std::vector<double>(20 * 20 * 48, 2.0), tolerance::exact));
}

TEST(Module, PrepareInferenceNeedsEvalMode) {
  Exec exec;
  Pair pair(exec);
  EXPECT_THAT(error_of([&] { pair.prepare_inference(); }), HasSubstr("call eval() first"));
}

TEST(StateDict, ConvertsBetweenOurLayoutAndTheWorlds) {
  Exec exec;
  // [2,1,2,3] in memory (Cout,R,S,Cin), so [2,3,1,2] in files.
  const Tensor weight = from(exec, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {2, 1, 2, 3});
  const io::Array array = to_array(weight, FileLayout::kConvWeight);
  EXPECT_EQ(array.shape, (Shape{2, 3, 1, 2}));
  EXPECT_THAT(array.as<float>(), ElementsAre(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11));
  EXPECT_TRUE(same_bits(from_array(exec, array, FileLayout::kConvWeight), weight));
}

TEST(StateDict, RoundTripsAndReports) {
  Exec exec(Device{}, {.seed = 1}), other_exec(Device{}, {.seed = 2});
  Pair pair(exec), other(other_exec);
  io::NamedArrays arrays;
  for (const io::NamedArray& named : state_dict(pair)) {
    const bool left_out = named.name == "bn1.num_batches_tracked" || named.name == "head.bias";
    if (!left_out) arrays.add(named.name, named.array);
  }
  arrays.add("queue", io::Array::zeros(DType::kFloat32, {3}));
  other.first.norm.num_batches_tracked.fill(7);
  const LoadSummary report = load_state_dict(other, arrays);
  EXPECT_THAT(report.missing, ElementsAre("head.bias"));
  EXPECT_THAT(report.ignored, ElementsAre("queue"));
  EXPECT_EQ(report.loaded.size(), 7u);
  EXPECT_EQ(other.first.norm.num_batches_tracked.item(), 0);
  EXPECT_TRUE(same_bits(other.first.conv.weight, pair.first.conv.weight));
}

TEST(StateDict, AWrongShapeChangesNothing) {
  Exec exec;
  Pair pair(exec);
  const Tensor before = pair.first.conv.weight.clone();
  io::NamedArrays arrays;
  arrays.add("conv1.weight", io::Array::zeros(DType::kFloat32, {3, 2, 3, 3}));
  arrays.add("head.weight", io::Array::zeros(DType::kFloat32, {4, 3, 3, 3}));
  EXPECT_THAT(error_of([&] { load_state_dict(pair, arrays); }),
              HasSubstr("'head.weight' must have shape [4, 3, 1, 1]; the file has [4, 3, 3, 3]"));
  EXPECT_TRUE(same_bits(pair.first.conv.weight, before));
}

TEST(Init, DrawsTheDeclaredDistributions) {
  Exec exec;
  const std::vector<double> uniform = init::uniform(exec, {20000}, 0.5).to_vector<double>();
  const std::vector<double> normal = init::normal(exec, {20000}, 2.0).to_vector<double>();
  const auto moments = [](const std::vector<double>& values) {
    double sum = 0, squares = 0;
    for (const double value : values) sum += value, squares += value * value;
    const double count = static_cast<double>(values.size());
    return std::pair{sum / count, squares / count};
  };
  EXPECT_NEAR(moments(uniform).first, 0, 0.01);
  EXPECT_NEAR(moments(uniform).second, 0.25 / 3, 0.003);
  EXPECT_NEAR(moments(normal).first, 0, 0.06);
  EXPECT_NEAR(moments(normal).second, 4.0, 0.15);
}

TEST(Init, DependsOnSeedAndOrderAlone) {
  Exec a(Device{}, {.threads = 1, .seed = 5}), b(Device{}, {.threads = 2, .seed = 5});
  EXPECT_TRUE(same_bits(init::normal(a, {100}, 1), init::normal(b, {100}, 1)));
  Exec other(Device{}, {.seed = 6});
  EXPECT_FALSE(same_bits(init::normal(a, {100}, 1), init::normal(other, {100}, 1)));
}

TEST(Linear, ForInferenceIsTheSameProductWithPackedWeights) {
  Exec exec;
  Linear layer(exec, 24, 17);
  const Tensor x = random_tensor(exec, {2, 5, 24}, 1);
  const NoGrad no_grad(exec);
  const Tensor expected = layer(x);
  layer.eval();
  layer.prepare_inference();
  const Tensor y = layer(x);
  EXPECT_EQ(y.shape(), (Shape{2, 5, 17}));
  EXPECT_TRUE(close(y, expected, tolerance::reduction(24, 24)));
  EXPECT_THAT(error_of([&] {
                layer(random_tensor(exec, {2, 48}, 1));
              }),
              HasSubstr("linear: x must be [..,24]; got [2, 48]"));
  layer.weight.fill(0);
  layer.train();
  EXPECT_TRUE(same_bits(layer(x), (Tensor::zeros(exec, {2, 5, 17}) + layer.bias)));
}

}  // namespace
}  // namespace salix::testing
