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
#include "tests/support/traced_outputs.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;

const Summary kLogits{-0.027039133, 1.0759966, -1.7755221, -1.5337644, -2.5289424};
constexpr double kPrinted = 1e-7, kFloat32 = 1e-4;

Tensor as_map(const Tensor& scores) { return scores.reshape({scores.dim(0), 1, 1, scores.dim(1)}); }

// The tensors on the way, tokens first. A block ends with its third batch norm.
void expect_printed_features(const TracedOutputs& traced, double relative) {
  const auto expect = [&](const Tensor& map, const Summary& printed) {
    expect_summary(in_token_order(map), printed, relative);
  };
  expect(traced.of("layer_norm", 0), {-0.0077060421, 0.7972554, 0.76162879, -1.2975113, 1.6316368});
  expect(traced.first_of_shape({2, 28, 28, 192}),
         {0.13303356, 1.130852, 0.13783948, 1.3287376, -0.15057496});
  expect(traced.first_of_shape({2, 14, 14, 384}),
         {-0.0064147981, 1.1637106, 1.6404902, 0.21967236, -0.37826701});
  expect(traced.first_of_shape({2, 7, 7, 768}),
         {-0.055507179, 1.106022, 0.73088804, 0.70696359, 0.12088842});
  expect(traced.of("batch_norm", 3 * 10 + 2),
         {-0.10689487, 2.2953412, 2.0604131, 3.5457863, 2.1573151});
  expect(traced.of("batch_norm", 3 * 11 + 2),
         {-0.099912725, 3.5497774, 2.396826, 3.4558536, 0.20998816});
  expect(traced.of("layer_norm", 1 + 12 + 3),
         {-0.0017859443, 0.79493171, 0.57283822, 0.80367821, 0.12809931});
  expect(traced.of("mean", 12), {-0.0017859443, 0.73219641, -0.27846556, 0.053318898, 0.076316905});
}

std::vector<std::size_t> best_classes(const std::vector<double>& scores, std::size_t sample) {
  std::vector<std::size_t> order(LocalVitSwin::kClasses);
  std::iota(order.begin(), order.end(), 0);
  const double* own = scores.data() + sample * order.size();
  std::partial_sort(order.begin(), order.begin() + 5, order.end(),
                    [&](std::size_t a, std::size_t b) { return own[a] > own[b]; });
  order.resize(5);
  return order;
}

TEST(LocalVitReferenceSlow, LogitsToThePrintedDigits) {
  Exec exec;
  LocalVitSwin network(exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(exec);
  const TracedOutputs traced(exec);
  const Tensor logits = network(hash_input(exec, "image", 2, 224));
  expect_printed_features(traced, kPrinted);
  expect_summary(as_map(logits), kLogits, kPrinted);

  const std::vector<double> scores = logits.to_vector<double>();
  EXPECT_THAT(best_classes(scores, 0), ElementsAre(299, 137, 11, 865, 551));
  EXPECT_THAT(best_classes(scores, 1), ElementsAre(299, 865, 137, 551, 565));
  EXPECT_NEAR(scores[299], 4.04521, 5e-6);
  EXPECT_NEAR(scores[1000 + 565], 3.3501, 5e-6);
  const std::vector<double> logs = log_softmax(logits).to_vector<double>();
  EXPECT_NEAR(-(logs[299] + logs[1000 + 551]) / 2, 4.04250452, 1e-8);
}

// Without the plain reference, which the test above runs.
class LocalVitCheckNumbersSlow : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, LocalVitCheckNumbersSlow,
                         ::testing::Values(Target::kOnednn, Target::kSimt, Target::kCuda),
                         target_name);

// Both ways to run eval mode: op by op, and folded for inference.
TEST_P(LocalVitCheckNumbersSlow, LogitsInFloat32) {
  LocalVitSwin network(exec());
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(exec());
  const Tensor image = hash_input(exec(), "image", 2, 224, DType::kFloat32);
  {
    const TracedOutputs traced(exec());
    expect_summary(as_map(network(image)), kLogits, kFloat32);
    expect_printed_features(traced, kFloat32);
  }
  network.prepare_inference();
  expect_summary(as_map(network(image)), kLogits, kFloat32);
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
