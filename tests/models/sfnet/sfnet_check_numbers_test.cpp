// The check numbers of sfnet in the specification of DHFR: counts and names (2.13, 2.14), inputs
// and the eval-mode forward pass (appendix A.2).
#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/dropout.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"
#include "layers/modules/init.h"
#include "models/sfnet/sfnet.h"
#include "tests/support/dhfr_fill.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/traced_outputs.h"

namespace salix::testing {
namespace {

// Means are printed to six places, elements to five.
constexpr double kPrinted = 6e-6, kFloat32 = 3e-5;

// The tensors between inputs and maps. A block ends with its third batch norm: the image's encoder
// has blocks 0 to 9, depth's 10 to 19, the fuse block 20 to 23, the decoder 24 to 31.
void expect_printed_features(const TracedOutputs& traced, double absolute) {
  const auto block = [&](int place) { return traced.of("batch_norm", 3 * place + 2); };
  const auto expect_tokens = [&](const char* name, const Tensor& map,
                                 const PrintedTensor& printed) {
    expect_printed(name, in_token_order(map), printed, absolute);
  };
  const auto expect_map = [&](const char* name, const Tensor& map, const PrintedTensor& printed) {
    expect_printed(name, map, printed, absolute);
  };
  expect_tokens("patch embedding", traced.of("layer_norm", 0),
                {-0.007399, 0.991400, 1.88051, -0.11468, 0.59568});
  expect_tokens("stage 0 block 0", block(0), {-0.005487, 1.152283, 2.12262, 0.40723, 0.68662});
  expect_tokens("R4", block(1), {-0.034341, 1.324211, 1.93189, -0.79683, 2.81272});
  expect_tokens("merging", traced.first_of_shape({2, 28, 28, 192}),
                {0.024044, 0.991841, -0.64041, -0.43911, -1.33054});
  expect_map("R8", block(3), {0.032485, 1.289030, -0.58758, -0.86542, -2.72336});
  expect_map("R16", block(9), {-0.037462, 2.173248, -1.23929, 1.65461, -2.41153});
  expect_map("D16", block(19), {-0.031412, 2.980527, -1.78327, -2.38436, -3.73643});
  expect_map("fuse CPAB", block(21), {-0.027921, 1.428114, -0.56150, 1.98542, -1.38544});
  expect_map("fuse PMAB", block(23), {-0.108800, 1.741540, 2.06809, 0.52265, -0.29877});
  expect_map("d8", block(27), {-0.073346, 1.894103, -0.67694, -0.08491, -0.96582});
}

void expect_printed_maps(Sfnet& network, Exec& exec, DType dtype, double absolute) {
  const NoGrad no_grad(exec);
  const Sfnet::Output out = network(dhfr_image(exec, 2, dtype), dhfr_depth(exec, 2, dtype));
  const auto expect = [&](const char* name, const Tensor& logits, const PrintedTensor& printed) {
    expect_printed(name, sigmoid(Sfnet::enlarged(logits)), printed, absolute);
  };
  expect("bef_div16", out.before_fuse_div16, {0.499602, 0.327208, 0.85779, 0.51811, 0.08947});
  expect("div16", out.div16, {0.523416, 0.260265, 0.82211, 0.06172, 0.29535});
  expect("div8", out.div8, {0.441810, 0.311199, 0.88528, 0.25475, 0.02899});
  expect_printed("embedding", out.embedding, {-0.015925, 1.788131, 0.10328, 2.89674, 2.06352},
                 absolute);
  expect("div4", out.div4, {0.148959, 0.202427, 0.00255, 0.04266, 0.92745});
  expect("div2", out.div2, {0.167284, 0.139158, 0.02284, 0.04206, 0.06288});
  expect("div1", out.div1, {0.395223, 0.223538, 0.07089, 0.07881, 0.37186});
  expect("contour_div1", out.contour_div1, {0.932071, 0.098338, 0.87403, 0.96821, 0.87799});
}

TEST(DhfrFill, MatchesItsDefinition) {
  EXPECT_NEAR(dhfr_uniform("image_block", 0), 0.9468312722, 5e-11);
  EXPECT_NEAR(dhfr_uniform("image_block", 1), 0.5210760115, 5e-11);
  EXPECT_NEAR(dhfr_uniform("image_block", 100), 0.6970841859, 5e-11);
  EXPECT_NEAR(dhfr_uniform("emb_block", 0), 0.6021743149, 5e-11);
  Exec exec;
  expect_printed("image", dhfr_image(exec, 2, DType::kFloat64),
                 {0.003436, 1.156972, 1.83410, -1.17752, 1.22208}, kPrinted);
  expect_printed("depth", dhfr_depth(exec, 2, DType::kFloat64),
                 {0.485610, 0.278876, 0.40846, 0.40846, 0.75156}, kPrinted);
}

TEST(SfnetReferenceSlow, MapsToThePrintedDigits) {
  Exec exec;
  Sfnet network(exec);
  network.to(DType::kFloat64);
  dhfr_fill(network);
  network.eval();
  const TracedOutputs traced(exec);
  expect_printed_maps(network, exec, DType::kFloat64, kPrinted);
  expect_printed_features(traced, kPrinted);
}

// Without the plain reference, which the test above runs.
class SfnetCheckNumbersSlow : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, SfnetCheckNumbersSlow,
                         ::testing::Values(Target::kOnednn, Target::kSimt, Target::kCuda),
                         target_name);

// Both ways to run eval mode: op by op, and folded for inference.
TEST_P(SfnetCheckNumbersSlow, MapsInFloat32) {
  Sfnet network(exec());
  dhfr_fill(network);
  network.eval();
  {
    const TracedOutputs traced(exec());
    expect_printed_maps(network, exec(), DType::kFloat32, kFloat32);
    expect_printed_features(traced, kFloat32);
  }
  network.prepare_inference();
  expect_printed_maps(network, exec(), DType::kFloat32, kFloat32);
}

TEST(Sfnet, HasThePublishedCounts) {
  Exec exec;
  const init::SkipInit skip(exec);
  const Sfnet network(exec);
  EXPECT_EQ(network.state().size(), 1065u);
  EXPECT_EQ(network.parameters().size(), 711u);
  const std::vector<std::pair<std::string, std::int64_t>> parts{{"", 31'874'047},
                                                                {"rgb_swin.", 12'666'922},
                                                                {"depth_swin.", 12'666'922},
                                                                {"fuse_swin.cpab.", 960'908},
                                                                {"fuse_swin.pmab.", 3'986'936},
                                                                {"enc_div16_trans.", 196'864},
                                                                {"enc_div8_trans.", 49'280},
                                                                {"enc_div4_trans.", 12'352},
                                                                {"div16_trans.", 98'560},
                                                                {"dec_div8_merging.", 890'464},
                                                                {"dec_div4_merging.", 251'360},
                                                                {"dec_div2_merging.", 64},
                                                                {"upsample_head.", 18'560},
                                                                {"contour_upsample_head1.", 55'488},
                                                                {"contour_upsample_head2.", 18'560},
                                                                {"classifier_", 807}};
  for (const auto& [part, parameters] : parts) {
    EXPECT_EQ(count_state(network, "sfnet." + part).parameters, parameters) << part;
  }
}

TEST(Sfnet, AsksForDepth) {
  Exec exec;
  const init::SkipInit skip(exec);
  Sfnet network(exec);
  const Tensor image = Tensor::zeros(exec, {1, 224, 224, 3});
  EXPECT_EQ(error_of([&] { network(image, {}); }),
            "sfnet: needs a depth map beside the image; got none");
}

}  // namespace
}  // namespace salix::testing
