// Optimizer state and gradient clipping.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "layers/functional/binary.h"
#include "layers/functional/unary.h"
#include "tests/train/loop/small_network.h"
#include "train/optimizers/clip_gradient.h"
#include "train/optimizers/make_optimizer.h"
#include "train/optimizers/sgd.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// What every optimizer must do.
class AnyOptimizer : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Optimizer> optimizer_of(const SmallNetwork& network) {
    return make_optimizer(GetParam(), {{network.parameters(), 0.1, 0.01}});
  }
  Exec exec;
};
INSTANTIATE_TEST_SUITE_P(Names, AnyOptimizer, ::testing::Values("SGD", "Adam", "AdamW"),
                         [](const auto& name) { return std::string(name.param); });

// Parameters that have had different numbers of steps too.
TEST_P(AnyOptimizer, GoesOnFromItsStateToTheBit) {
  SmallNetwork a(exec), b(exec);
  const auto one = optimizer_of(a), two = optimizer_of(b);
  EXPECT_TRUE(one->save().empty());
  for (const std::uint64_t seed : {4, 5}) {
    a.draw_gradients(seed);
    if (seed == 4) a.gamma.clear_grad();
    one->step();
  }
  b.conv.copy_from(a.conv);
  b.gamma.copy_from(a.gamma);
  two->load(one->save());
  ASSERT_EQ(two->save().size(), one->save().size());
  for (const io::NamedArray& named : one->save()) {
    EXPECT_EQ(two->save().at(named.name), named.array) << named.name;
  }
  for (const auto& [network, optimizer] : {std::pair{&a, &one}, std::pair{&b, &two}}) {
    network->draw_gradients(6);
    (*optimizer)->step();
  }
  EXPECT_TRUE(same_bits(a.conv, b.conv));
  EXPECT_TRUE(same_bits(a.gamma, b.gamma));
}

TEST_P(AnyOptimizer, TheStateOfAFreshOneIsARestart) {
  SmallNetwork network(exec);
  const auto optimizer = optimizer_of(network);
  network.draw_gradients(5);
  optimizer->step();
  optimizer->load({});
  EXPECT_TRUE(optimizer->save().empty());
}

// As torch.nn.utils.clip_grad_value_(p, 0.5) before the step does.
TEST_P(AnyOptimizer, LimitsTheElementsOfAllGradients) {
  SmallNetwork limited(exec), same(exec);
  limited.draw_gradients(5);
  same.conv.set_grad(clamp(limited.conv.grad(), -0.5, 0.5));
  same.gamma.set_grad(clamp(limited.gamma.grad(), -0.5, 0.5));
  optimizer_of(limited)->step({.gradient_limit = 0.5});
  optimizer_of(same)->step();
  EXPECT_TRUE(same_bits(limited.conv, same.conv));
  EXPECT_TRUE(same_bits(limited.gamma, same.gamma));
}

TEST(Optimizer, NamesItsState) {
  Exec exec;
  SmallNetwork network(exec);
  network.draw_gradients(5);
  const auto sgd = make_optimizer("SGD", {{network.parameters(), 0.1, 0}});
  const auto adam = make_optimizer("Adam", {{network.parameters(), 0.1, 0}});
  for (int i = 0; i < 2; ++i) sgd->step(), adam->step();
  EXPECT_EQ(sgd->save().size(), 2u);
  EXPECT_TRUE(sgd->save().contains("velocity.norm.weight"));
  EXPECT_EQ(adam->save().size(), 6u);
  EXPECT_TRUE(adam->save().contains("first_moment.conv.weight"));
  EXPECT_TRUE(adam->save().contains("second_moment.conv.weight"));
  EXPECT_EQ(adam->save().at("step.norm.weight").as<std::int64_t>().front(), 2);
  EXPECT_THAT(error_of([] { make_optimizer("adam", {}); }),
              HasSubstr("must be SGD, Adam or AdamW; got 'adam'"));
}

TEST(Optimizer, AdamRefusesHalfAState) {
  Exec exec;
  SmallNetwork network(exec);
  const auto adam = make_optimizer("Adam", {{network.parameters(), 0.1, 0}});
  network.draw_gradients(5);
  adam->step();
  io::NamedArrays without_step, stranger = adam->save();
  for (const io::NamedArray& named : adam->save()) {
    if (named.name != "step.norm.weight") without_step.add(named.name, named.array);
  }
  stranger.add("step.fc.weight", io::Array::from<std::int64_t>(Shape{}, {3}));
  EXPECT_THAT(error_of([&] { adam->load(without_step); }),
              HasSubstr("'norm.weight' must have both moments and its number of steps"));
  EXPECT_THAT(error_of([&] { adam->load(stranger); }),
              HasSubstr("'step.fc.weight' belongs to no parameter"));
  EXPECT_EQ(adam->save().size(), 6u);
}

TEST(Optimizer, SkipsParametersWithoutAGradient) {
  Exec exec;
  SmallNetwork network(exec), before(exec);
  Sgd sgd({{network.parameters(), 0.1, 0.5}});
  network.gamma.set_grad(random_tensor(exec, {4}, 3));
  sgd.step();
  EXPECT_TRUE(same_bits(network.conv, before.conv));
  EXPECT_FALSE(sgd.save().contains("velocity.conv.weight"));
  sgd.clear_grad();
  EXPECT_FALSE(network.gamma.grad().defined());
}

TEST(Optimizer, RefusesTheStateOfAnother) {
  Exec exec;
  SmallNetwork network(exec);
  Sgd sgd({{network.parameters(), 0.1, 0}});
  io::NamedArrays stranger, wrong_shape;
  stranger.add("velocity.fc.weight", io::Array::zeros(DType::kFloat32, {4}));
  wrong_shape.add("velocity.norm.weight", io::Array::zeros(DType::kFloat32, {5}));
  EXPECT_THAT(error_of([&] { sgd.load(stranger); }), HasSubstr("belongs to no parameter"));
  EXPECT_THAT(error_of([&] { sgd.load(wrong_shape); }),
              HasSubstr("'norm.weight' must be like the parameter, [4] float32; got [5] float32"));
}

// By PyTorch 2.15: p = [zeros(2), zeros(1)], grads [3, 4] and [12], norm 13:
//   torch.nn.utils.clip_grad_norm_(p, 2.0) -> 13.0; grads 0.46153843, 0.61538458, 1.8461537
class Clip : public ::testing::Test {
 protected:
  Clip() {
    a.set_requires_grad(true);
    b.set_requires_grad(true);
    set_gradients(3, 4, 12);
  }
  void set_gradients(float x, float y, float z) {
    a.set_grad(from(exec, {x, y}, {2}));
    b.set_grad(from(exec, {z}, {1}));
  }
  GradientClip clip(double max_norm) {
    return clip_gradient_norm({{"a", &a, true}, {"b", &b, true}, {"c", &c, true}}, max_norm);
  }

  Exec exec;
  Tensor a = Tensor::zeros(exec, {2}), b = Tensor::zeros(exec, {1});
  Tensor c = random_leaf(exec, {3}, 1, DType::kFloat32);  // never has a gradient
};

TEST_F(Clip, ScalesToTheNormAsPyTorchDoes) {
  const GradientClip clipped = clip(2.0);
  EXPECT_EQ(clipped.norm.item(), 13.0);
  EXPECT_TRUE(
      close(a.grad() * clipped.coefficient, {0.46153843, 0.61538458}, tolerance::elementwise));
  EXPECT_TRUE(close(b.grad() * clipped.coefficient, {1.8461537}, tolerance::elementwise));
}

TEST_F(Clip, LeavesASmallerNormAlone) {
  const GradientClip clipped = clip(13.5);
  EXPECT_EQ(clipped.norm.item(), 13.0);
  EXPECT_EQ(clipped.coefficient.item(), 1.0);
}

TEST_F(Clip, DoesNotHideWhatIsNotANumber) {
  set_gradients(1, std::numeric_limits<float>::quiet_NaN(), 1);
  const GradientClip clipped = clip(2.0);
  EXPECT_TRUE(std::isnan(clipped.norm.item()));
  EXPECT_TRUE(std::isnan(clipped.coefficient.item()));
  EXPECT_THAT(error_of([&] { clip(0); }), HasSubstr("max_norm must be positive; got 0"));
}

}  // namespace
}  // namespace salix::testing
