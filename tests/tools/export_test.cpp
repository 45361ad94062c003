// `salix export` and `salix graph` as a user meets them.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "engine/io/file.h"
#include "models/export/onnx_model.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Export, WritesAFileAndSaysWhatIsInIt) {
  if (!has_onnx()) GTEST_SKIP() << "built without libonnx-dev";
  const ScratchFolder folder;
  const std::string weights = folder / "a2s.safetensors", file = folder / "a2s.onnx";
  ASSERT_EQ(salix_run({"weights", "init", "a2s", weights}).code, 0);
  const Result result =
      salix_run({"export", "a2s", "--weight", weights, "-o", file, "--size", "64", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto facts = nlohmann::json::parse(result.out);
  EXPECT_EQ(facts["bytes"], std::filesystem::file_size(file));
  EXPECT_EQ(facts["inputs"], nlohmann::json({"image"}));
  EXPECT_EQ(facts["outputs"], nlohmann::json({"final_logits", "final"}));
}

TEST(Export, NamesWhatIsWrong) {
  const ScratchFolder folder;
  const Result other = salix_run({"export", "a3s", "--weight", "x.pth", "-o", "x.onnx"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("a3s"));
  const Result absent = salix_run({"export", "a2s", "--weight", folder / "x.pth", "-o", "x.onnx"});
  EXPECT_EQ(absent.code, 1);
  EXPECT_THAT(absent.err, HasSubstr("x.pth"));
}

TEST(Graph, WritesADrawing) {
  const ScratchFolder folder;
  const Result result = salix_run({"graph", "cornet", "-o", folder / "cornet.dot", "--size", "32"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("cornet at 32 x 32"));
  EXPECT_THAT(io::read_text_file(folder / "cornet.dot"), StartsWith("digraph cornet {"));
  EXPECT_EQ(salix_run({"graph", "cornet", "-o", folder / "cornet.dot", "--size", "8"}).code, 2);
  std::vector<std::string> words{"graph", "cornet", "-o", folder / "parts.dot", "--depth", "1"};
  ASSERT_EQ(salix_run(words).code, 0);
  EXPECT_THAT(io::read_text_file(folder / "parts.dot"), HasSubstr("encoder\\n"));
  words.back() = "-1";
  EXPECT_EQ(salix_run(words).code, 2);
}

}  // namespace
}  // namespace salix::testing
