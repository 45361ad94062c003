// One training step of cornet and of midnet to the digits of the specification's appendix A.1:
// networks and inputs filled by hashes, float64, through the step that training uses.
#include <gmock/gmock.h>

#include "layers/functional/binary.h"
#include "layers/modules/init.h"
#include "models/cornet/cornet.h"
#include "models/midnet/midnet.h"
#include "tests/support/hash_fill.h"
#include "tests/support/loss_scene.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "train/loop/iteration.h"
#include "train/recipes/pseudo_labels/pseudo_labels_step.h"

namespace salix::testing {
namespace {

constexpr PrintedStep kCornet[] = {
    {"encoder.conv1.weight", 0.81722144, -0.00029568985, -7.033232692, -0.05204027227},
    {"encoder.layer4.2.conv3.weight", 0.042798547, 4.283774e-05, 32.78757275, -0.01921845233},
    {"decoder.adapter4.0.weight", 0.83175126, -7.9891579e-05, 0.1786108249, -0.01340375387},
    {"decoder.region.fuse.weight", 0.2433793, 0.00039654999, 19.86152174, -0.028949525},
    {"decoder.local.res_conv2.weight", 0.018901165, 7.0458775e-06, 4.383478373, -0.04583433677},
    {"decoder.gb_conv.4.weight", 0.18993022, -0.00033933856, -1.726282414, -0.05846631357},
    {"decoder.adapter0.1.bias", 0.0048149878, -0.00046487495, 0.1432693507, 0.05646733372},
};

constexpr PrintedStep kMidnet[] = {
    {"encoder.conv1.weight", 3.6144457, -0.0017145927, -7.023790364, -0.05203957583},
    {"t_net.layer4.2.conv3.weight", 0.18352707, 3.307464e-05, -4.288180102, 0.08926237485},
    {"trans_rgb.3.0.weight", 0.94780769, -0.00043644686, 55.68418607, 0.01666294919},
    {"decoder.global_info.b0.1.weight", 0.10269325, -0.00079731212, 9.457776645, 0.08557729541},
    {"decoder.gfb1_2.conv_out.0.weight", 0.23611302, 0.0010911462, 1.831882861, -0.05289758015},
    {"decoder.refine.ca.fus.2.weight", 0.053457233, 0, -5.663289996, -0.2418695917},
    {"decoder.score_1.weight", 0.018969866, 0.0012086978, 0.6835900417, -0.1014204526},
};

struct Expected {
  double loss;
  std::span<const PrintedStep> table;
  std::vector<std::string> without_gradient;
};

template <typename Network>
void expect_printed_step(const Expected& expected) {
  const auto exec = make_exec(Target::kReference);
  const init::SkipInit skip(*exec);
  Network network(*exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  const double unused_before = sum_of(state_named(network, "encoder.fc.weight"));
  StepInput batch{.fields = {{"image", hash_input(*exec, "image", 2, 64)},
                             {"mask", loss_scene(*exec, DType::kFloat64).target}}};
  if (network.needs_modality()) {
    batch.fields.emplace_back("prior_d", (hash_input(*exec, "modal", 2, 64) + 1.5) / 3.0);
  }
  // Two iterations would be summed: after the first one the gradients are still there to be
  // looked at. The decay of step 1 of 2 is 0.6.
  PseudoLabelsStep step(network, {.epochs = 1,
                                  .steps_per_epoch = 2,
                                  .learning_rate = 0.005 / 0.6,
                                  .weight_decay = network.facts().weight_decay,
                                  .update = {.ave_batch = 2}});
  const StepSummary report = Iteration(*exec, step)(batch, {1, 0, 0});
  EXPECT_NEAR(report.total, expected.loss, 5e-11);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.bn1.running_mean")), 0.3801139479, 5e-11);
  EXPECT_NEAR(sum_of(state_named(network, "encoder.layer4.2.bn3.running_var")), 1996.286088, 5e-7);
  expect_printed_gradients(network, expected.table, 1e-7);
  EXPECT_EQ(names_without_gradient(network), expected.without_gradient);

  step.update().optimizer().step();
  expect_printed_weights(network, expected.table);
  EXPECT_EQ(sum_of(state_named(network, "encoder.fc.weight")), unused_before);
}

TEST(Stage2CheckNumbersSlow, CornetToThePrintedDigits) {
  expect_printed_step<Cornet>({0.9950492930, kCornet, {"encoder.fc.weight", "encoder.fc.bias"}});
}

TEST(Stage2CheckNumbersSlow, MidnetToThePrintedDigits) {
  expect_printed_step<Midnet>(
      {1.0215061563,
       kMidnet,
       {"encoder.fc.weight", "encoder.fc.bias", "t_net.fc.weight", "t_net.fc.bias",
        "decoder.score_global.weight", "decoder.score_global.bias", "decoder.score_2.weight",
        "decoder.score_2.bias"}});
}

}  // namespace
}  // namespace salix::testing
