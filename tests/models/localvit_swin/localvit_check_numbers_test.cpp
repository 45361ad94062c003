// The check numbers of LocalViT-Swin-T: counts, eval-mode logits, classes and loss of the filled
// network (specification of the family, part 4 and appendix A.4).
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/autograd/tape.h"
#include "layers/functional/softmax.h"
#include "layers/modules/init.h"
#include "models/localvit_swin/localvit_swin.h"
#include "tests/support/hash_fill.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;

const Summary kLogits{-0.027039133, 1.0759966, -1.7755221, -1.5337644, -2.5289424};
constexpr double kPrinted = 1e-7, kFloat32 = 1e-4;

Tensor as_map(const Tensor& scores) { return scores.reshape({scores.dim(0), 1, 1, scores.dim(1)}); }

std::vector<std::size_t> best_classes(const std::vector<double>& scores, std::size_t sample) {
  std::vector<std::size_t> order(LocalVitSwin::kClasses);
  std::iota(order.begin(), order.end(), 0);
  const double* own = scores.data() + sample * order.size();
  std::partial_sort(order.begin(), order.begin() + 5, order.end(),
                    [&](std::size_t a, std::size_t b) { return own[a] > own[b]; });
  order.resize(5);
  return order;
}

TEST(LocalVitReference, LogitsToThePrintedDigits) {
  Exec exec;
  LocalVitSwin network(exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(exec);
  const Tensor logits = network(hash_input(exec, "image", 2, 224));
  expect_summary(as_map(logits), kLogits, kPrinted);

  const std::vector<double> scores = logits.to_vector<double>();
  EXPECT_THAT(best_classes(scores, 0), ElementsAre(299, 137, 11, 865, 551));
  EXPECT_THAT(best_classes(scores, 1), ElementsAre(299, 865, 137, 551, 565));
  EXPECT_NEAR(scores[299], 4.04521, 5e-6);
  EXPECT_NEAR(scores[1000 + 565], 3.3501, 5e-6);
  const std::vector<double> logs = log_softmax(logits).to_vector<double>();
  EXPECT_NEAR(-(logs[299] + logs[1000 + 551]) / 2, 4.04250452, 1e-8);
}

class LocalVitCheckNumbers : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, LocalVitCheckNumbers, ::testing::ValuesIn(all_targets()),
                         target_name);

// Both ways to run eval mode: op by op, and folded for inference.
TEST_P(LocalVitCheckNumbers, LogitsInFloat32) {
  LocalVitSwin network(exec());
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(exec());
  const Tensor image = hash_input(exec(), "image", 2, 224, DType::kFloat32);
  for (const bool folded : {false, true}) {
    if (folded) network.prepare_inference();
    expect_summary(as_map(network(image)), kLogits, kFloat32);
  }
}

TEST(LocalVit, HasThePublishedNamesAndCounts) {
  Exec exec;
  const init::SkipInit skip(exec);
  const LocalVitSwin network(exec);
  EXPECT_EQ(network.state().size(), 382u);
  EXPECT_EQ(network.parameters().size(), 257u);
  const auto count = [&](const std::string& prefix) {
    return count_state(network, prefix).parameters;
  };
  EXPECT_EQ(count(""), 29'079'010);
  EXPECT_EQ(count("patch_embed."), 4'896);
  EXPECT_EQ(count("layers.0."), 333'590);
  EXPECT_EQ(count("layers.1."), 1'256'972);
  EXPECT_EQ(count("layers.2."), 12'254'184);
  EXPECT_EQ(count("layers.3."), 14'458'832);
  EXPECT_EQ(count("norm."), 1'536);
  EXPECT_EQ(count("head."), 769'000);

  std::vector<std::string> block;
  for (const StateEntry& entry : network.state()) {
    if (entry.name.starts_with("layers.0.blocks.1.")) block.push_back(entry.name.substr(18));
  }
  block.resize(16);
  EXPECT_THAT(
      block,
      ElementsAre("attn_mask", "norm1.weight", "norm1.bias", "attn.relative_position_bias_table",
                  "attn.relative_position_index", "attn.qkv.weight", "attn.qkv.bias",
                  "attn.proj.weight", "attn.proj.bias", "conv.conv.0.weight", "conv.conv.1.weight",
                  "conv.conv.1.bias", "conv.conv.1.running_mean", "conv.conv.1.running_var",
                  "conv.conv.1.num_batches_tracked", "conv.conv.3.weight"));
}

TEST(LocalVit, TakesItsOnlySizeAlone) {
  Exec exec;
  const init::SkipInit skip(exec);
  LocalVitSwin network(exec);
  EXPECT_EQ(error_of([&] {
              network(Tensor::zeros(exec, {1, 256, 256, 3}));
            }),
            "SwinEncoder: takes images of 224 x 224 pixels alone, [N,H,W,3]; got shape "
            "[1, 256, 256, 3]");
}

}  // namespace
}  // namespace salix::testing
