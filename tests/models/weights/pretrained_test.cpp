#include "models/weights/pretrained.h"

#include <gmock/gmock.h>

#include "models/a2s/a2s.h"
#include "tests/support/hash_fill.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Import : public ::testing::Test {
 protected:
  Import() : source(exec), target(exec) { hash_fill(source); }

  // The source's encoder as other people's files name it.
  io::NamedArrays file(const std::string& prefix, bool with_counters = true) {
    io::NamedArrays arrays;
    for (const io::NamedArray& named : state_dict(source)) {
      const bool counter = named.name.ends_with("num_batches_tracked");
      if (named.name.starts_with("fc.") || (counter && !with_counters)) continue;
      arrays.add(prefix + named.name, named.array);
    }
    return arrays;
  }
  void expect_encoder_equals_source() {
    for (std::size_t i = 0; i < source.state().size(); ++i) {
      const StateEntry from = source.state()[i], to = target.state()[i];
      if (from.name.starts_with("fc.")) continue;
      EXPECT_TRUE(same_bits(*from.tensor, *to.tensor)) << to.name;
    }
  }

  Exec exec;
  ResNet50 source, target;
};

TEST_F(Import, TakesTheQueryEncoderOfAMocoCheckpoint) {
  io::NamedArrays arrays = file("module.encoder_q.");
  for (const char* name : {"module.encoder_q.fc.0.weight", "module.queue", "module.queue_ptr"}) {
    arrays.add(name, io::Array::zeros(DType::kFloat32, {2, 2}));
  }
  for (const io::NamedArray& named : file("module.encoder_k.")) {
    arrays.add(named.name, io::Array::zeros(named.array.dtype, named.array.shape));
  }
  const EncoderImport result = import_encoder(target, arrays, false);
  EXPECT_EQ(result.prefix, "module.encoder_q.");
  EXPECT_EQ(result.report.loaded.size(), 318u);
  EXPECT_THAT(result.report.missing, IsEmpty());
  EXPECT_THAT(result.report.ignored, Contains("module.queue"));
  EXPECT_EQ(result.report.ignored.size(), 3u + 318u);
  expect_encoder_equals_source();
}

TEST_F(Import, TakesEveryPrefixInUse) {
  for (const char* prefix : {"encoder_q.", "module.", "backbone.", "encoder.", ""}) {
    hash_fill(target, "other.");
    EXPECT_EQ(import_encoder(target, file(prefix), false).prefix, prefix);
    expect_encoder_equals_source();
  }
}

TEST_F(Import, AcceptsOldFilesWithoutCounters) {
  EXPECT_EQ(import_encoder(target, file("", false), false).report.loaded.size(), 318u);
}

TEST_F(Import, DemandsAllTensorsUnlessToldOtherwise) {
  io::NamedArrays partial;
  for (const io::NamedArray& named : file("")) {
    if (!named.name.starts_with("layer4")) partial.add(named.name, named.array);
  }
  EXPECT_THAT(error_of([&] { import_encoder(target, partial, false); }),
              AllOf(HasSubstr("lacks 50 of the encoder's tensors"), HasSubstr("--allow-partial")));
  const EncoderImport result = import_encoder(target, partial, true);
  EXPECT_EQ(result.report.missing.size(), 50u);
}

TEST_F(Import, RefusesFilesThatHoldNoEncoder) {
  io::NamedArrays arrays;
  arrays.add("something", io::Array::zeros(DType::kFloat32, {1}));
  EXPECT_THAT(error_of([&] { import_encoder(target, arrays, true); }),
              HasSubstr("found no ResNet-50 encoder"));
}

TEST(ImportNetwork, StripsWrappersAndLeavesNothingOut) {
  Exec exec;
  A2s source(exec), target(exec);
  hash_fill(source);
  io::NamedArrays wrapped;
  for (const io::NamedArray& named : state_dict(source))
    wrapped.add("module.model." + named.name, named.array);
  const LoadSummary report = import_network(target, wrapped);
  EXPECT_EQ(report.loaded.size(), 352u);
  EXPECT_THAT(report.ignored, IsEmpty());
  for (std::size_t i = 0; i < source.state().size(); ++i) {
    EXPECT_TRUE(same_bits(*source.state()[i].tensor, *target.state()[i].tensor));
  }
}

TEST(ImportNetwork, NamesWhatIsMissing) {
  Exec exec;
  A2s network(exec);
  ResNet50 encoder(exec);
  EXPECT_THAT(
      error_of([&] { import_network(network, state_dict(encoder, "encoder.")); }),
      AllOf(HasSubstr("lacks 24 of the network's tensors"), HasSubstr("decoder.ad2.ad0.0.weight")));
}

}  // namespace
}  // namespace salix::testing
