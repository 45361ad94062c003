// A LocalViT-Swin checkpoint into sfnet (specification of DHFR, section 3), and whole files of both
// networks back and forth.
#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "engine/io/weights.h"
#include "layers/modules/init.h"
#include "models/weights/dialect.h"
#include "models/weights/load_network.h"
#include "models/weights/localvit_weights.h"
#include "tests/support/hash_fill.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LocalVitImportSlow : public ::testing::Test {
 protected:
  // The arrays of a filled network. Filling 29 million values takes a second, so each once.
  static const io::NamedArrays& arrays_of(const std::string& name) {
    static std::map<std::string, io::NamedArrays> filled;
    if (!filled.contains(name)) {
      Exec exec;
      const init::SkipInit skip(exec);
      const auto network = make_network(exec, name);
      hash_fill(*network);
      filled[name] = state_dict(*network);
    }
    return filled[name];
  }
  // Without those whose names contain `part`.
  static io::NamedArrays without(const io::NamedArrays& arrays, const std::string& part) {
    io::NamedArrays rest;
    for (const io::NamedArray& named : arrays) {
      if (named.name.find(part) == std::string::npos) rest.add(named.name, named.array);
    }
    return rest;
  }
  std::unique_ptr<Network> blank(const std::string& name) {
    const init::SkipInit skip(exec);
    return make_network(exec, name);
  }

  Exec exec;
};

TEST_F(LocalVitImportSlow, NamesTheSourceOfEachTensor) {
  EXPECT_EQ(localvit_name("sfnet.rgb_swin.layers.2.blocks.5.attn.qkv.weight"),
            "layers.2.blocks.5.attn.qkv.weight");
  EXPECT_EQ(localvit_name("sfnet.depth_swin.patch_embed.norm.bias"), "patch_embed.norm.bias");
  EXPECT_EQ(localvit_name("sfnet.fuse_swin.cpab.layers.1.w_attn.attn_mask"),
            "layers.1.blocks.1.attn_mask");
  EXPECT_EQ(localvit_name("sfnet.fuse_swin.pmab.patch_merging.reduction.weight"),
            "layers.1.downsample.reduction.weight");
  EXPECT_EQ(localvit_name("sfnet.fuse_swin.pmab.layers.0.w_attn.norm1.weight"),
            "layers.2.blocks.0.norm1.weight");
  EXPECT_EQ(localvit_name("sfnet.fuse_swin.cpab.cross_padding.norm.weight"), "");
  EXPECT_EQ(localvit_name("sfnet.dec_div8_merging.layers.0.w_attn.norm1.weight"), "");
}

TEST_F(LocalVitImportSlow, FillsBothEncodersAndTheFuseBlock) {
  io::NamedArrays source;
  for (const io::NamedArray& named : arrays_of("localvit")) {
    source.add("module." + named.name, named.array);
  }
  const auto sfnet = make_network(exec, "sfnet");
  const io::NamedArrays before = state_dict(*sfnet);
  const LoadSummary report = sfnet->import_weights(source, false);
  EXPECT_THAT(report.missing, IsEmpty());
  // Stages 0 to 2 without the last merging: 210 tensors, 30 norms' buffers, the blocks' tables.
  EXPECT_EQ(report.loaded.size(), 210u + 3 * 30 + 10 + 5);
  EXPECT_EQ(report.loaded.size() + report.ignored.size(), 382u);
  EXPECT_THAT(report.ignored, AllOf(Contains("module.head.weight"), Contains("module.norm.bias"),
                                    Contains("module.layers.2.downsample.norm.weight")));

  for (const io::NamedArray& named : state_dict(*sfnet)) {
    const std::string name = localvit_name(named.name);
    const io::Array* expected =
        name.empty() ? before.find(named.name) : source.find("module." + name);
    ASSERT_NE(expected, nullptr) << named.name;
    EXPECT_TRUE(named.array.data == expected->data) << named.name;
  }
}

TEST_F(LocalVitImportSlow, RefusesWhatDoesNotFitAndChangesNothing) {
  const io::NamedArrays& source = arrays_of("localvit");
  const auto sfnet = blank("sfnet");
  const auto error = [&](const io::NamedArrays& arrays, bool allow_partial = false) {
    return error_of([&] { sfnet->import_weights(arrays, allow_partial); });
  };
  EXPECT_THAT(
      error(without(source, "layers.1.blocks.1.attn.qkv.")),
      AllOf(HasSubstr("the file lacks 2 of the LocalViT-Swin-T's tensors"),
            HasSubstr("'layers.1.blocks.1.attn.qkv.weight'"), HasSubstr("--allow-partial")));
  EXPECT_THAT(error(without(source, "layers.2.blocks.5.")),
              AllOf(HasSubstr("found no LocalViT-Swin-T"), HasSubstr("'patch_embed.proj.bias'")));
  EXPECT_THAT(error(arrays_of("cornet")), HasSubstr("found no LocalViT-Swin-T"));

  io::NamedArrays other = without(source, "layers.0.blocks.1.attn_mask");
  other.add("layers.0.blocks.1.attn_mask", io::Array::zeros(DType::kFloat32, {64, 49, 49}));
  EXPECT_THAT(error(other), HasSubstr("attn_mask' is another table than windows of 7 x 7 tokens"));

  io::NamedArrays bad = without(source, "patch_embed.norm.bias");
  io::Array no_number = io::Array::zeros(DType::kFloat32, {96});
  no_number.as<float>()[3] = std::nanf("");
  bad.add("patch_embed.norm.bias", no_number);
  EXPECT_THAT(error(bad), HasSubstr("patch_embed.norm.bias"));

  sfnet->import_weights(without(source, "layers.1.blocks.1.attn.qkv."), true);
}

TEST_F(LocalVitImportSlow, TakesFilesWithoutTablesAndCounters) {
  io::NamedArrays bare = arrays_of("localvit");
  for (const char* part : {"attn_mask", "relative_position_index", "num_batches_tracked"}) {
    bare = without(bare, part);
  }
  EXPECT_EQ(bare.size(), 257u + 72);
  EXPECT_THAT(blank("sfnet")->import_weights(bare, false).missing, IsEmpty());
  EXPECT_THAT(blank("localvit")->import_weights(bare, false).missing, IsEmpty());
}

TEST_F(LocalVitImportSlow, ReadsWholeNetworksFromEveryFormat) {
  const ScratchFolder folder;
  for (const std::string name : {"sfnet", "localvit"}) {
    const io::NamedArrays& source = arrays_of(name);
    for (const char* file : {"n.pth", "n.safetensors"}) {
      io::write_weights(folder / file, source);
      const LoadedNetwork loaded = load_network(exec, name, folder / file, false);
      EXPECT_TRUE(loaded.summary.whole_network);
      EXPECT_EQ(loaded.summary.report.loaded.size(), source.size());
      EXPECT_THAT(loaded.summary.report.ignored, IsEmpty());
      for (const io::NamedArray& named : state_dict(*loaded.network)) {
        EXPECT_TRUE(named.array.data == source.find(named.name)->data) << named.name;
      }
    }
    const io::Weights weights = io::read_weights(folder / "n.pth");
    EXPECT_THAT(in_words(weights), HasSubstr(name));
  }
}

}  // namespace
}  // namespace salix::testing
