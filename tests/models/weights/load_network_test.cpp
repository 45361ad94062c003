#include "models/weights/load_network.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/io/weights.h"
#include "layers/modules/init.h"
#include "tests/support/hash_fill.h"
#include "tests/support/printed_step.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A network called `name` whose every value is a hash.
std::unique_ptr<Network> filled(Exec& exec, const std::string& name) {
  const init::SkipInit skip(exec);
  auto network = make_network(exec, name);
  hash_fill(*network);
  return network;
}

void expect_equal_state(const Module& actual, const Module& expected) {
  const std::vector<StateEntry> to = actual.state(), from = expected.state();
  ASSERT_EQ(to.size(), from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    EXPECT_TRUE(same_bits(*to[i].tensor, *from[i].tensor)) << to[i].name;
  }
}

TEST(LoadNetworkSlow, ReadsItsOwnCheckpointsBehindAnyWrapper) {
  for (const char* name : {"cornet", "midnet"}) {
    Exec exec;
    const auto source = filled(exec, name);
    const std::size_t entries = source->state().size();
    const ScratchFolder folder;
    for (const char* prefix : {"", "module.", "model."}) {
      const std::string path = folder / "network.pth";
      io::write_weights(path, state_dict(*source, prefix));
      const LoadedNetwork loaded = load_network(exec, name, path, false);
      EXPECT_TRUE(loaded.summary.whole_network);
      EXPECT_EQ(loaded.summary.report.loaded.size(), entries) << name << ' ' << prefix;
      EXPECT_THAT(loaded.summary.report.ignored, IsEmpty());
      expect_equal_state(*loaded.network, *source);
    }
  }
}

TEST(LoadNetworkSlow, ACheckpointOfAnotherNetworkIsRefused) {
  Exec exec;
  const ScratchFolder folder;
  const std::string path = folder / "cornet.pth";
  io::write_weights(path, state_dict(*filled(exec, "cornet")));
  EXPECT_THAT(error_of([&] { load_network(exec, "midnet", path, false); }),
              AllOf(HasSubstr("cornet.pth: midnet: import: the file lacks"),
                    HasSubstr("t_net.conv1.weight")));
}

// The first 320 entries of a MoCo-v2 checkpoint's kind, into both of midnet's encoders; the
// rest has the published initial values.
TEST(LoadNetworkSlow, AnEncoderFileFillsEveryEncoder) {
  Exec exec;
  ResNet50 source(exec);
  hash_fill(source);
  const ScratchFolder folder;
  const std::string path = folder / "moco.pth.tar";
  io::write_weights(path, state_dict(source, "module.encoder_q."));
  const LoadedNetwork loaded = load_network(exec, "midnet", path, false);
  EXPECT_FALSE(loaded.summary.whole_network);
  EXPECT_EQ(loaded.summary.report.loaded.size(), 318u);

  for (const std::string prefix : {"encoder.", "t_net."}) {
    for (const StateEntry& entry : source.state()) {
      if (entry.name.starts_with("fc.")) continue;
      EXPECT_TRUE(same_bits(state_named(*loaded.network, prefix + entry.name), *entry.tensor))
          << prefix << entry.name;
    }
  }
  for (const StateEntry& entry : loaded.network->parameters()) {
    if (entry.name.starts_with("encoder.") || entry.name.starts_with("t_net.")) continue;
    double largest = 0, squares = 0;
    for (const double value : entry.tensor->to_vector<double>()) {
      largest = std::max(largest, std::abs(value));
      squares += value * value;
    }
    const auto count = static_cast<double>(entry.tensor->numel());
    if (entry.layout == FileLayout::kConvWeight) {  // normal(0, 0.01)
      EXPECT_NEAR(std::sqrt(squares / count), 0.01, 0.04 / std::sqrt(2 * count)) << entry.name;
    } else if (!entry.is_norm) {  // a bias: uniform within 1 / sqrt(fan_in), fan_in >= 32
      EXPECT_LE(largest, 1 / std::sqrt(32)) << entry.name;
      EXPECT_GT(largest, 0) << entry.name;
    } else {
      EXPECT_EQ(squares, entry.name.ends_with("weight") ? count : 0) << entry.name;
    }
  }
}

}  // namespace
}  // namespace salix::testing
