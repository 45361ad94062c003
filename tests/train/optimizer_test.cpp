// Optimizer state and gradient clipping.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/train/small_network.h"
#include "train/optimizers/clip_gradient.h"
#include "train/optimizers/sgd.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

TEST(Optimizer, StateGoesByNameAndComesBack) {
  Exec exec;
  SmallNetwork a(exec), b(exec);
  Sgd one({{a.parameters(), 0.1, 0}}), two({{b.parameters(), 0.1, 0}});
  EXPECT_TRUE(one.state().empty());
  a.draw_gradients(5);
  one.step();
  b.conv.copy_from(a.conv);
  b.gamma.copy_from(a.gamma);
  two.load_state(one.state());
  ASSERT_EQ(two.state().size(), 2u);
  EXPECT_EQ(two.state().at("velocity.norm.weight"), one.state().at("velocity.norm.weight"));
  for (SmallNetwork* network : {&a, &b}) network->draw_gradients(6);
  one.step();
  two.step();
  EXPECT_TRUE(same_bits(a.conv, b.conv));
}

TEST(Optimizer, SkipsParametersWithoutAGradient) {
  Exec exec;
  SmallNetwork network(exec), before(exec);
  Sgd sgd({{network.parameters(), 0.1, 0.5}});
  network.gamma.set_grad(random_tensor(exec, {4}, 3));
  sgd.step();
  EXPECT_TRUE(same_bits(network.conv, before.conv));
  EXPECT_FALSE(sgd.state().contains("velocity.conv.weight"));
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
  EXPECT_THAT(error_of([&] { sgd.load_state(stranger); }), HasSubstr("belongs to no parameter"));
  EXPECT_THAT(error_of([&] { sgd.load_state(wrong_shape); }),
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
  double clip(double max_norm) {
    return clip_gradient_norm({{"a", &a, true}, {"b", &b, true}, {"c", &c, true}}, max_norm);
  }

  Exec exec;
  Tensor a = Tensor::zeros(exec, {2}), b = Tensor::zeros(exec, {1});
  Tensor c = random_leaf(exec, {3}, 1, DType::kFloat32);  // never has a gradient
};

TEST_F(Clip, ScalesToTheNormAsPyTorchDoes) {
  EXPECT_EQ(clip(2.0), 13.0);
  EXPECT_TRUE(close(a.grad(), {0.46153843, 0.61538458}, tolerance::elementwise));
  EXPECT_TRUE(close(b.grad(), {1.8461537}, tolerance::elementwise));
  EXPECT_FALSE(c.grad().defined());
}

TEST_F(Clip, LeavesASmallerNormAlone) {
  EXPECT_EQ(clip(13.5), 13.0);
  EXPECT_EQ(a.grad().to_vector<float>(), (std::vector<float>{3, 4}));
}

TEST_F(Clip, DoesNotHideWhatIsNotANumber) {
  set_gradients(1, std::numeric_limits<float>::quiet_NaN(), 1);
  EXPECT_TRUE(std::isnan(clip(2.0)));
  EXPECT_TRUE(std::isnan(b.grad().item()));
  EXPECT_THAT(error_of([&] { clip(0); }), HasSubstr("max_norm must be positive; got 0"));
}

}  // namespace
}  // namespace salix::testing
