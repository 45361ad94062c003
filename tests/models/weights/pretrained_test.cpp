#include "models/weights/pretrained.h"

#include <gmock/gmock.h>

#include <cmath>

#include "layers/modules/init.h"
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
  Import() : skip(exec), source(exec), target(exec) { hash_fill(source); }

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
  init::SkipInit skip;
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
  for (const char* prefix : {"encoder_q.0.", "module._orig_mod.", "backbone.", ""}) {
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

TEST_F(Import, RefusesFilesThatHoldNoEncoderAndShowsTheirNames) {
  io::NamedArrays arrays;
  for (const char* name : {"blocks.0", "blocks.1", "blocks.2", "blocks.3", "blocks.4"})
    arrays.add(name, io::Array::zeros(DType::kFloat32, {1}));
  EXPECT_THAT(error_of([&] { import_encoder(target, arrays, true); }),
              AllOf(HasSubstr("found no ResNet-50 encoder"),
                    HasSubstr("'blocks.0', 'blocks.1', 'blocks.2' and 2 more"),
                    HasSubstr("salix weights convert FROM TO --strip-prefix START")));
}

// 17 blocks more in layer3, as a ResNet-101 has: nothing is cut down to fit.
TEST_F(Import, RefusesDeeperResNets) {
  io::NamedArrays deeper = file("module.");
  for (int block = 6; block < 23; ++block)
    deeper.add(str("module.layer3.", block, ".conv1.weight"),
               io::Array::zeros(DType::kFloat32, {1}));
  const std::vector<float> before = target.state()[0].tensor->to_vector<float>();
  EXPECT_THAT(error_of([&] { import_encoder(target, deeper, true); }),
              AllOf(HasSubstr("behind 'module.' must be a ResNet-50"),
                    HasSubstr("deeper than ResNet-50: has layer3.6 to layer3.22")));
  EXPECT_EQ(target.state()[0].tensor->to_vector<float>(), before);
}

TEST_F(Import, RefusesWhatIsNoNumber) {
  io::NamedArrays broken;
  for (const io::NamedArray& named : file("")) {
    io::Array array = named.array;
    if (named.name == "layer1.0.bn1.bias") array.as<float>()[3] = std::nanf("");
    if (named.name == "layer4.2.bn3.bias") array.as<float>()[5] = -INFINITY;
    broken.add(named.name, array);
  }
  EXPECT_THAT(error_of([&] { import_encoder(target, broken, false); }),
              HasSubstr("'layer1.0.bn1.bias' holds 1 NaN and 0 infinite values of 64, and 1 more "
                        "tensors hold such: the training that wrote the file diverged"));
}

TEST(ImportNetwork, StripsWrappersAndLeavesNothingOut) {
  Exec exec;
  A2s source(exec), target(exec);
  hash_fill(source);
  io::NamedArrays wrapped;
  for (const io::NamedArray& named : state_dict(source))
    wrapped.add("module._orig_mod.net." + named.name, named.array);
  const LoadSummary report = import_network(target, wrapped);
  EXPECT_EQ(report.loaded.size(), 352u);
  EXPECT_THAT(report.ignored, IsEmpty());
  for (std::size_t i = 0; i < source.state().size(); ++i) {
    EXPECT_TRUE(same_bits(*source.state()[i].tensor, *target.state()[i].tensor));
  }
}

// In the encoder or anywhere else, in any type.
TEST(ImportNetwork, RefusesWhatIsNoNumberAndDeeperEncoders) {
  Exec exec;
  A2s network(exec);
  io::NamedArrays good, broken;
  for (const io::NamedArray& named : state_dict(network)) {
    good.add(named.name, named.array);
    io::Array array = named.array;
    if (named.name == "decoder.ad2.ad0.0.bias") {
      array = io::Array::zeros(DType::kBFloat16, array.shape);
      array.as<bfloat16>()[1] = bfloat16(std::nanf(""));
    }
    broken.add(named.name, array);
  }
  EXPECT_THAT(error_of([&] { import_network(network, broken); }),
              HasSubstr("'decoder.ad2.ad0.0.bias' holds 1 NaN"));
  good.add("encoder.layer3.6.conv1.weight", io::Array::zeros(DType::kFloat32, {1}));
  EXPECT_THAT(
      error_of([&] { import_network(network, good); }),
      AllOf(HasSubstr("'encoder.layer3.6.conv1.weight'"), HasSubstr("deeper than ResNet-50")));
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
