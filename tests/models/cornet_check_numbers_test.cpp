// The check numbers of cornet in the specification of A2S-v2: counts (1.6), eval logits and
// one training step (appendix A.1).
#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/modules/init.h"
#include "models/cornet.h"
#include "tests/support/hash_fill.h"
#include "tests/support/loss_scene.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "train/losses/stage1_loss.h"
#include "train/optimizers/sgd.h"

namespace salix::testing {
namespace {

constexpr double kPrinted = 1e-7, kFloat32 = 1e-4;
constexpr Summary kAt64{-1.36102, 2.2420493, 0.13304402, 1.8760082, -1.9056612};
constexpr Summary kAt96{-1.9025849, 2.5636167, -1.4099069, 0.26522298, -0.41910302};

constexpr PrintedStep kStep[] = {
    {"encoder.conv1.weight", 0.81722144, -0.00029568985, -7.033232692, -0.05204027227},
    {"encoder.layer4.2.conv3.weight", 0.042798547, 4.283774e-05, 32.78757275, -0.01921845233},
    {"decoder.adapter4.0.weight", 0.83175126, -7.9891579e-05, 0.1786108249, -0.01340375387},
    {"decoder.region.fuse.weight", 0.2433793, 0.00039654999, 19.86152174, -0.028949525},
    {"decoder.local.res_conv2.weight", 0.018901165, 7.0458775e-06, 4.383478373, -0.04583433677},
    {"decoder.gb_conv.4.weight", 0.18993022, -0.00033933856, -1.726282414, -0.05846631357},
    {"decoder.adapter0.1.bias", 0.0048149878, -0.00046487495, 0.1432693507, 0.05646733372},
};

TEST(CornetReference, LogitsToThePrintedDigits) {
  const auto exec = make_exec(Target::kReference);
  const init::SkipInit skip(*exec);
  Cornet network(*exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(*exec);
  expect_summary(network(hash_input(*exec, "image", 2, 64)).logits, kAt64, kPrinted);
  expect_summary(network(hash_input(*exec, "image", 2, 96)).logits, kAt96, kPrinted);
}

class CornetCheckNumbers : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, CornetCheckNumbers, ::testing::ValuesIn(all_targets()),
                         target_name);

// Both ways to run eval mode: op by op, and folded for inference.
TEST_P(CornetCheckNumbers, LogitsInFloat32) {
  const init::SkipInit skip(exec());
  Cornet network(exec());
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(exec());
  for (const bool folded : {false, true}) {
    if (folded) network.prepare_inference();
    const auto logits = [&](std::int64_t size) {
      return network(hash_input(exec(), "image", 2, size, DType::kFloat32)).logits;
    };
    expect_summary(logits(64), kAt64, kFloat32);
    expect_summary(logits(96), kAt96, kFloat32);
  }
}

TEST(CornetReference, TrainingStepToThePrintedDigits) {
  const auto exec = make_exec(Target::kReference);
  const init::SkipInit skip(*exec);
  Cornet network(*exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  const Tensor target = loss_scene(*exec, DType::kFloat64).target;
  const Tensor loss = cornet_loss(network(hash_input(*exec, "image", 2, 64)).logits, target);
  EXPECT_NEAR(loss.item(), 0.9950492930, 5e-11);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.bn1.running_mean")), 0.3801139479, 5e-11);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.layer4.2.bn3.running_var")), 1996.286088, 5e-7);

  backward(loss);
  expect_printed_gradients(network, kStep, kPrinted);
  EXPECT_THAT(names_without_gradient(network),
              ::testing::ElementsAre("encoder.fc.weight", "encoder.fc.bias"));

  Sgd sgd(
      {{network.encoder.parameters(), 0.0005, 5e-4}, {network.decoder.parameters(), 0.005, 5e-4}});
  sgd.step();
  expect_printed_weights(network, kStep);
}

TEST(CornetReference, HasThePublishedCountsAndKeys) {
  Exec exec;
  const init::SkipInit skip(exec);
  const Cornet network(exec);
  const StateCounts all = count_state(network);
  EXPECT_EQ(all.parameters, 28'397'864);
  EXPECT_EQ(all.buffers, 53'173);
  EXPECT_EQ(all.parameter_tensors, 209u);
  EXPECT_EQ(count_state(network, "encoder.").parameters, 25'557'032);
  EXPECT_EQ(count_state(network, "decoder.").parameters, 2'840'832);
  EXPECT_EQ(count_state(network, "decoder.adapter4.").parameters, 1'179'840);
  EXPECT_EQ(count_state(network, "decoder.region.").parameters, 221'568);
  EXPECT_EQ(count_state(network, "decoder.local.").parameters, 221'568);
  EXPECT_EQ(count_state(network, "decoder.gb_conv.").parameters, 148'032);

  const std::vector<StateEntry> state = network.state();
  ASSERT_EQ(state.size(), 368u);
  std::vector<std::string> decoder;
  for (std::size_t i = 320; i < state.size(); ++i) decoder.push_back(state[i].name);
  std::vector<std::string> expected;
  const auto expect_pair = [&](const std::string& name) {
    expected.push_back("decoder." + name + ".weight");
    expected.push_back("decoder." + name + ".bias");
  };
  for (const char* adapter : {"adapter0", "adapter1", "adapter2", "adapter3", "adapter4"}) {
    for (const char* part : {".0", ".1"}) expect_pair(str(adapter, part));
  }
  for (const char* info : {"region", "local"}) {
    for (const char* part : {".gconv.0", ".gconv.1", ".res_conv1", ".res_conv2", ".fuse"}) {
      expect_pair(str(info, part));
    }
  }
  for (const char* part : {"gb_conv.0", "gb_conv.1", "gb_conv.4", "gb_conv.5"}) expect_pair(part);
  EXPECT_EQ(decoder, expected);
}

}  // namespace
}  // namespace salix::testing
