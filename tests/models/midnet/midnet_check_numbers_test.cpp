// The check numbers of midnet in the specification of A2S-v2: counts (1.6) and eval
// logits (appendix A.1).
#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/modules/init.h"
#include "models/midnet/midnet.h"
#include "tests/support/hash_fill.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

constexpr double kPrinted = 1e-7, kFloat32 = 1e-4;

Midnet::Output run(Midnet& network, Exec& exec, std::int64_t size, DType dtype) {
  const Tensor modality = (hash_input(exec, "modal", 2, size, dtype) + 1.5) / 3.0;
  return network(hash_input(exec, "image", 2, size, dtype), modality);
}

void expect_printed_logits(Midnet& network, Exec& exec, DType dtype, double relative) {
  const Midnet::Output at64 = run(network, exec, 64, dtype);
  expect_summary(at64.score, {-0.80148013, 0.80344849, -1.183981, -1.109394, -0.49688906},
                 relative);
  expect_summary(at64.score1, {-1.1666109, 1.2135537, 0.12223317, 0.37260653, 0.18066057},
                 relative);
  expect_summary(at64.score2, {0.098256066, 0.42666208, -0.73438472, -0.81802336, -0.37329796},
                 relative);
  expect_summary(at64.score_global, {-0.17398988, 0.35404342, 0.25871567, -0.1067883, -0.79018077},
                 relative);
  const Midnet::Output at96 = run(network, exec, 96, dtype);
  expect_summary(at96.score, {-1.137139, 1.1386535, -1.1751232, -0.99645781, -0.42878651},
                 relative);
  expect_summary(at96.score_global, {-0.25457085, 0.36382763, -0.22836686, -0.12855934, -1.0800951},
                 relative);
}

TEST(MidnetReference, LogitsToThePrintedDigits) {
  const auto exec = make_exec(Target::kReference);
  const init::SkipInit skip(*exec);
  Midnet network(*exec);
  network.to(DType::kFloat64);
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(*exec);
  expect_printed_logits(network, *exec, DType::kFloat64, kPrinted);
}

class MidnetCheckNumbers : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, MidnetCheckNumbers, ::testing::ValuesIn(all_targets()),
                         target_name);

// Both ways to run eval mode: op by op, and folded for inference.
TEST_P(MidnetCheckNumbers, LogitsInFloat32) {
  const init::SkipInit skip(exec());
  Midnet network(exec());
  hash_fill(network);
  network.eval();
  const NoGrad no_grad(exec());
  for (const bool folded : {false, true}) {
    if (folded) network.prepare_inference();
    expect_printed_logits(network, exec(), DType::kFloat32, kFloat32);
  }
}

TEST(MidnetReference, HasThePublishedCountsAndKeys) {
  Exec exec;
  const init::SkipInit skip(exec);
  const Midnet network(exec);
  const StateCounts all = count_state(network);
  EXPECT_EQ(all.parameters, 79'751'892);
  EXPECT_EQ(all.buffers, 123'540);
  EXPECT_EQ(all.parameter_tensors, 574u);
  EXPECT_EQ(all.entries, 1018u);
  EXPECT_EQ(count_state(network, "encoder.").parameters, 25'557'032);
  EXPECT_EQ(count_state(network, "t_net.").parameters, 25'557'032);
  EXPECT_EQ(count_state(network, "trans_rgb.").parameters, 1'740'928);
  EXPECT_EQ(count_state(network, "trans_t.").parameters, 1'740'928);
  EXPECT_EQ(count_state(network, "trans_t.").entries, 28u);
  EXPECT_EQ(count_state(network, "decoder.").parameters, 25'155'972);
  EXPECT_EQ(count_state(network, "decoder.").entries, 322u);
  EXPECT_EQ(count_state(network, "decoder.global_info.").parameters, 3'936'000);
  EXPECT_EQ(count_state(network, "decoder.score_global.").parameters, 513);
  EXPECT_EQ(count_state(network, "decoder.refine.").parameters, 16'705);
  for (const char* decoder : {"1", "2"}) {
    const auto block = [&](const char* level) {
      return count_state(network, str("decoder.gfb", level, "_", decoder, ".")).parameters;
    };
    EXPECT_EQ(block("4"), 4'264'832);
    EXPECT_EQ(block("3"), 3'477'248);
    EXPECT_EQ(block("2"), 1'755'584);
    EXPECT_EQ(block("1"), 1'103'648);
    EXPECT_EQ(count_state(network, str("decoder.score_", decoder, ".")).parameters, 65);
  }
}

// The order of section 1.7, one name for each run of entries.
TEST(MidnetReference, StateComesInTheReferencesOrder) {
  Exec exec;
  const init::SkipInit skip(exec);
  const Midnet network(exec);
  std::vector<std::string> parts;
  for (const StateEntry& entry : network.state()) {
    std::size_t end = entry.name.find('.');
    if (entry.name.starts_with("decoder.")) end = entry.name.find('.', end + 1);
    const std::string part = entry.name.substr(0, end);
    if (parts.empty() || parts.back() != part) parts.push_back(part);
  }
  EXPECT_THAT(parts, ::testing::ElementsAre("encoder", "t_net", "trans_rgb", "trans_t",
                                            "decoder.global_info", "decoder.score_global",
                                            "decoder.gfb4_1", "decoder.gfb3_1", "decoder.gfb2_1",
                                            "decoder.gfb1_1", "decoder.gfb4_2", "decoder.gfb3_2",
                                            "decoder.gfb2_2", "decoder.gfb1_2", "decoder.score_1",
                                            "decoder.score_2", "decoder.refine"));

  std::vector<std::string> block;
  for (const StateEntry& entry : network.parameters()) {
    if (entry.name.starts_with("decoder.gfb1_2.") && entry.name.ends_with(".weight")) {
      block.push_back(entry.name.substr(15));
    }
  }
  EXPECT_THAT(block, ::testing::ElementsAre(
                         "ca1.fus.0.weight", "ca1.fus.2.weight", "conv1.0.weight", "conv1.1.weight",
                         "conv_globalinfo.0.weight", "conv_globalinfo.1.weight", "ca2.fus.0.weight",
                         "ca2.fus.2.weight", "conv_curfeat.0.weight", "conv_curfeat.1.weight",
                         "conv_out.0.weight", "conv_out.1.weight"));
}

TEST(Midnet, AsksForTheModality) {
  Exec exec;
  const init::SkipInit skip(exec);
  Midnet network(exec);
  const Tensor image = Tensor::zeros(exec, {1, 32, 32, 3});
  EXPECT_EQ(error_of([&] { network(image, {}); }),
            "midnet: needs a modality (depth, optical flow or thermal) beside the image; got none");
  EXPECT_EQ(
      error_of([&] {
        network(image, Tensor::zeros(exec, {1, 32, 31, 3}));
      }),
      "midnet: the modality must have the image's shape; got [1, 32, 31, 3] and [1, 32, 32, 3]");
}

}  // namespace
}  // namespace salix::testing
