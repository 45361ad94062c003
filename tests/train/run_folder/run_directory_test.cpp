#include "train/run_folder/run_directory.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/io/file.h"
#include "engine/version.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "train/run_folder/hash.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Json = nlohmann::json;

TEST(RunDirectory, HoldsConfigurationAndManifest) {
  const ScratchFolder scratch;
  const Exec exec({}, {.threads = 1, .seed = 42});
  std::ofstream(scratch / "w.pth") << "weights";
  const ManifestRequest request{{"salix", "train", "a2s", "--note", "it's"},
                                {{"trset o", lines_hash(std::vector<std::string>{"a.jpg"})}},
                                scratch / "w.pth"};
  const RunDirectory run = RunDirectory::create(scratch.path() / "run/1", R"({"lr": 0.1})",
                                                manifest_json(exec, request));
  run.note_resume(request, 30);
  const Json manifest = Json::parse(io::read_text_file(run.manifest()));
  EXPECT_EQ(manifest["salix"], kVersion);
  EXPECT_EQ(manifest["seed"], 42);
  EXPECT_EQ(manifest["threads"], 1);
  EXPECT_EQ(manifest["command"], R"(salix train a2s --note 'it'\''s')");
  EXPECT_FALSE(manifest["commit"].get<std::string>().empty());
  EXPECT_FALSE(manifest["libraries"]["oneDNN"].get<std::string>().empty());
  EXPECT_GT(manifest["hardware"]["hardware_threads"], 0);
  EXPECT_EQ(manifest["hashes"]["initial_weights"]["xxh64"], hash_text("weights"));
  EXPECT_EQ(manifest["hashes"]["data"]["trset o"], hash_text("a.jpg\n"));
  EXPECT_EQ(manifest["resumed"][0]["step"], 30);
  EXPECT_EQ(io::read_text_file(run.config()), R"({"lr": 0.1})");
}

TEST(RunDirectory, IsNotUsedForTwoRuns) {
  const ScratchFolder scratch;
  RunDirectory::create(scratch.path(), "{}", "{}");
  EXPECT_THAT(error_of([&] { RunDirectory::create(scratch.path(), "{}", "{}"); }),
              AllOf(HasSubstr("holds a run already"), HasSubstr("--resume")));
  EXPECT_THAT(error_of([&] { RunDirectory::resume(scratch.path() / "none", "{}"); }),
              HasSubstr("has none"));
}

TEST(RunDirectory, NamesTheOptionsThatDifferOnResume) {
  const ScratchFolder scratch;
  const RunDirectory made = RunDirectory::create(
      scratch.path(), R"({"lr": 0.1, "batch": 8, "data": {"trset": "o"}})", "{}");
  const RunDirectory same =
      RunDirectory::resume(scratch.path(), R"({"batch":8,"data":{"trset":"o"},"lr":0.1})");
  EXPECT_EQ(made.config_hash(), same.config_hash());
  EXPECT_THAT(
      error_of(
          [&] { RunDirectory::resume(scratch.path(), R"({"lr": 0.2, "data": {"trset": "d"}})"); }),
      AllOf(HasSubstr("batch was 8 and is now absent"), HasSubstr("lr was 0.1 and is now 0.2"),
            HasSubstr(R"(data.trset was "o" and is now "d")")));
}

TEST(RunDirectory, SaysWhatIsWrongWithAnUnwritablePlace) {
  const ScratchFolder scratch;
  std::ofstream(scratch / "file") << "x";
  EXPECT_THAT(error_of([&] { RunDirectory::create(scratch.path() / "file/run", "{}", "{}"); }),
              HasSubstr("cannot be made"));
}

// By `printf ... | xxhsum -H64`; the empty input's is published with the algorithm.
TEST(Hash, IsXxHash64) {
  EXPECT_EQ(hash_text(""), "ef46db3751d8e999");
  EXPECT_EQ(hash_text("abc"), "44bc2cf5ad770999");
  Hasher parts;
  parts.add("a");
  parts.add("bc");
  EXPECT_EQ(parts.digest(), 0x44bc2cf5ad770999u);
  const ScratchFolder scratch;
  std::ofstream(scratch / "empty").flush();
  EXPECT_EQ(file_hash(scratch / "empty"), "ef46db3751d8e999");
}

}  // namespace
}  // namespace salix::testing
