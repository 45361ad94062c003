// The check numbers of the a2s specification, appendix A.1: networks filled by a hash of
// each name, so that any correct implementation prints the same digits.
#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/functional/resize_bilinear.h"
#include "models/a2s/a2s.h"
#include "tests/support/hash_fill.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

// Digits as printed: eight, so a relative 1e-7 for float64.
constexpr double kPrinted = 1e-7;
constexpr double kFloat32 = 1e-4;

TEST(HashFill, MatchesItsDefinition) {
  EXPECT_EQ(fnv1a("image"), 3008443898u);
  EXPECT_NEAR(hash_uniform("image", 0), 0.73714433, 5e-9);
  EXPECT_NEAR(hash_uniform("image", 1), 0.44657614, 5e-9);
  EXPECT_NEAR(hash_uniform("image", 2), 0.00232315, 5e-9);
  Exec exec;
  const Summary image = summarize(hash_input(exec, "image", 2, 64));
  EXPECT_NEAR(image.mean, -0.044643005, 5e-10);
  EXPECT_NEAR(image.abs_mean, 0.47583876, 5e-9);
  EXPECT_NEAR(image.first, 0.69258703, 5e-9);
  EXPECT_NEAR(image.last, -0.68422961, 5e-9);
}

TEST(A2sReference, EncoderMapsToThePrintedDigits) {
  const auto exec = make_exec(Target::kReference);
  ResNet50 encoder(*exec);
  encoder.to(DType::kFloat64);
  hash_fill(encoder, "encoder.");
  encoder.eval();
  const NoGrad no_grad(*exec);
  const auto maps = encoder(hash_input(*exec, "image", 2, 64));
  expect_summary(maps[0], {0.32438269, 0.32438269, 0.35029802, 0, 0}, kPrinted);
  expect_summary(maps[1], {0.51139596, 0.51139596, 0.36631308, 0.67020348, 0}, kPrinted);
  expect_summary(maps[2], {0.61630019, 0.61630019, 0.62345217, 1.329025, 0}, kPrinted);
  expect_summary(maps[3], {0.86839944, 0.86839944, 0.30474015, 0.58998775, 1.1934405}, kPrinted);
  expect_summary(maps[4], {0.85889826, 0.85889826, 0.27566163, 0, 3.3543095}, kPrinted);
}

TEST(A2sReference, LogitsToThePrintedDigits) {
  const auto exec = make_exec(Target::kReference);
  A2s network(*exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(*exec);
  expect_summary(network(hash_input(*exec, "image", 2, 64)).logits,
                 {0.070408314, 1.5962633, -6.3496194, -6.6595218, -3.5101535}, kPrinted);
  expect_summary(network(hash_input(*exec, "image", 2, 96)).logits,
                 {0.057515494, 1.6186601, -6.6539422, -6.8147464, -5.428521}, kPrinted);
}

class A2sCheckNumbers : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, A2sCheckNumbers, ::testing::ValuesIn(all_targets()), target_name);

// Both ways to run eval mode: op by op, and folded for inference.
TEST_P(A2sCheckNumbers, LogitsInFloat32) {
  A2s network(exec());
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(exec());
  for (const bool folded : {false, true}) {
    if (folded) network.prepare_inference();
    expect_summary(network(hash_input(exec(), "image", 2, 64, DType::kFloat32)).logits,
                   {0.070408314, 1.5962633, -6.3496194, -6.6595218, -3.5101535}, kFloat32);
    expect_summary(network(hash_input(exec(), "image", 2, 96, DType::kFloat32)).logits,
                   {0.057515494, 1.6186601, -6.6539422, -6.8147464, -5.428521}, kFloat32);
  }
}

TEST_P(A2sCheckNumbers, EncoderMapsInFloat32) {
  ResNet50 encoder(exec());
  hash_fill(encoder, "encoder.");
  encoder.eval();
  const NoGrad no_grad(exec());
  const auto maps = encoder(hash_input(exec(), "image", 2, 64, DType::kFloat32));
  expect_summary(maps[3], {0.86839944, 0.86839944, 0.30474015, 0.58998775, 1.1934405}, kFloat32);
  expect_summary(maps[4], {0.85889826, 0.85889826, 0.27566163, 0, 3.3543095}, kFloat32);
  const auto larger = encoder(hash_input(exec(), "image", 2, 96, DType::kFloat32));
  expect_summary(larger[4], {0.81531204, 0.81531204, 0.593068, 0, 2.3140597}, kFloat32);
}

// The running statistics after one training step do not depend on the losses: one forward
// pass at 64 (cornet's and midnet's encoders), then one at 96 (a2s's second scale).
TEST(A2sReference, RunningStatisticsAfterOneAndTwoPasses) {
  const auto exec = make_exec(Target::kReference);
  A2s network(*exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  const NoGrad no_grad(*exec);
  const Tensor image = hash_input(*exec, "image", 2, 64);
  network(image);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.bn1.running_mean")), 0.3801139479, 5e-10);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.layer4.2.bn3.running_var")), 1996.286088, 5e-6);
  network(resize_bilinear(image, 96, 96, {.align_corners = true}));
  EXPECT_NEAR(sum_of(state_named(network, "encoder.bn1.running_mean")), 0.3831567728, 5e-10);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.layer4.2.bn3.running_var")), 1942.374287, 5e-6);
  EXPECT_EQ(sum_of(state_named(network, "encoder.bn1.num_batches_tracked")), 2);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.conv1.weight")), -7.033513271, 5e-9);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.layer4.2.conv3.weight")), 32.78755628, 5e-8);
}

TEST(A2sReference, OnlyNeverExecutedParametersHaveNoGradient) {
  const auto exec = make_exec(Target::kOnednn);
  A2s network(*exec);
  hash_fill(network);
  const Tensor logits = network(hash_input(*exec, "image", 2, 64, DType::kFloat32)).logits;
  backward(logits, random_tensor(*exec, logits.shape(), 1));
  EXPECT_THAT(names_without_gradient(network),
              ::testing::ElementsAre("encoder.fc.weight", "encoder.fc.bias",
                                     "decoder.ad2.se.gn.weight", "decoder.ad2.se.gn.bias",
                                     "decoder.ad3.se.gn.weight", "decoder.ad3.se.gn.bias",
                                     "decoder.ad4.se.gn.weight", "decoder.ad4.se.gn.bias",
                                     "decoder.fusion.se.gn.weight", "decoder.fusion.se.gn.bias"));
}

// Section 1.6 of the specification.
TEST(A2sReference, HasThePublishedCountsAndKeys) {
  Exec exec;
  const A2s network(exec);
  const StateCounts all = count_state(network);
  EXPECT_EQ(all.parameters, 27'749'928);
  EXPECT_EQ(all.buffers, 53'173);
  EXPECT_EQ(all.parameter_tensors, 193u);
  EXPECT_EQ(count_state(network, "encoder.").parameters, 25'557'032);
  const std::vector<StateEntry> state = network.state();
  ASSERT_EQ(state.size(), 352u);
  EXPECT_EQ(state[0].name, "encoder.conv1.weight");
  EXPECT_EQ(state[5].name, "encoder.bn1.num_batches_tracked");
  EXPECT_EQ(state[24].name, "encoder.layer1.0.downsample.0.weight");
  EXPECT_EQ(state[320].name, "decoder.ad2.ad0.0.weight");
  EXPECT_EQ(state[351].name, "decoder.fusion.se.gn.bias");
}

}  // namespace
}  // namespace salix::testing
