// The check numbers of cornet in the specification of A2S-v2: counts (1.6) and eval
// logits (appendix A.1).
#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "layers/modules/init.h"
#include "models/cornet/cornet.h"
#include "tests/support/hash_fill.h"
#include "tests/support/printed_step.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

constexpr double kPrinted = 1e-7, kFloat32 = 1e-4;
constexpr Summary kAt64{-1.36102, 2.2420493, 0.13304402, 1.8760082, -1.9056612};
constexpr Summary kAt96{-1.9025849, 2.5636167, -1.4099069, 0.26522298, -0.41910302};

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
