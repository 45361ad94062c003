// `salix weights` as a user meets it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "engine/io/weights.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

TEST(WeightsCommand, ConvertKeepsEveryBitAndDiffSeesOne) {
  const ScratchFolder folder;
  io::NamedArrays arrays;
  arrays.add("module.w", io::Array::from<float>({2, 2}, {1, 2, 3, 4}));
  io::write_weights(folder / "a.pth", arrays);
  ASSERT_EQ(salix_run({"weights", "convert", folder / "a.pth", folder / "b.safetensors",
                       "--strip-prefix", "module."})
                .code,
            0);
  EXPECT_EQ(io::read_weights(folder / "b.safetensors").arrays.at("w"), arrays.at("module.w"));
  io::NamedArrays changed;
  changed.add("w", io::Array::from<float>({2, 2}, {1, 2, 3.5, 4}));
  io::write_weights(folder / "c.npz", changed);
  const Result diff = salix_run({"weights", "diff", folder / "b.safetensors", folder / "c.npz"});
  EXPECT_EQ(diff.code, 1);
  EXPECT_THAT(diff.out,
              HasSubstr("w: 1 of 4 elements, largest difference 0.5, first at flat index 2"));
  const Json info = Json::parse(salix_run({"weights", "info", folder / "a.pth", "--json"}).out);
  EXPECT_EQ(info["tensors"][0]["name"], "module.w");
  EXPECT_EQ(info["tensors"][0]["sum"], 10);
}

TEST(WeightsCommand, InfoSaysWhoseTheyAre) {
  const ScratchFolder folder;
  io::NamedArrays arrays;
  for (const char* name : {"conv1.weight", "layer1.0.conv1.weight"})
    arrays.add(str("module.encoder_q.", name), io::Array::zeros(DType::kFloat32, {1}));
  io::write_weights(folder / "moco.pth.tar", arrays);
  const std::string text = salix_run({"weights", "info", folder / "moco.pth.tar"}).out;
  EXPECT_THAT(text, HasSubstr("\n  looks like MoCo v1 or v2: the encoder of a ResNet-50, behind "
                              "'module.encoder_q.'\n"));
  const Json info =
      Json::parse(salix_run({"weights", "info", folder / "moco.pth.tar", "--json"}).out);
  EXPECT_EQ(info["publisher"], "MoCo v1 or v2");
  EXPECT_EQ(info["prefix"], "module.encoder_q.");
  EXPECT_EQ(info["container"], "");
}

}  // namespace
}  // namespace salix::testing
