// `salix test a2s` as a user meets it: scores, maps, pseudo labels, failures.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/scenes/generated_set.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_process.h"
#include "tools/cli/run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class TestCommand : public ::testing::Test {
 protected:
  TestCommand() {
    data::write_generated_set(folder.path(),
                              {.name = "tiny", .count = 3, .height = 60, .width = 80});
    std::ostringstream ignored;
    cli::run({"weights", "init", "a2s", folder / "w.safetensors"}, ignored, ignored);
  }
  int run(const std::vector<std::string>& more) {
    std::vector<std::string> all{"test",        "a2s",    "--weight",    folder / "w.safetensors",
                                 "--size",      "64",     "--threads",   "1",
                                 "--device",    "cpu",    "--data_path", folder.path().string(),
                                 "--train-set", "c=tiny", "--test-set",  "c=tiny"};
    all.insert(all.end(), more.begin(), more.end());
    std::ostringstream out_stream, err_stream;
    const int code = cli::run(all, out_stream, err_stream);
    out = out_stream.str();
    err = err_stream.str();
    return code;
  }
  static std::ptrdiff_t files_in(const fs::path& path) {
    return std::distance(fs::directory_iterator(path), {});
  }
  ScratchFolder folder;
  std::string out, err;
};

TEST_F(TestCommand, ScoresAsJsonWritesTheReportAndSavesMaps) {
  ASSERT_EQ(
      run({"--json", "--report", folder / "report", "--save", "--save_path", folder / "maps"}), 0)
      << err;
  EXPECT_FALSE(nlohmann::json::parse(out).empty());
  EXPECT_THAT(out, HasSubstr("c_tiny"));
  EXPECT_GT(files_in(folder / "report"), 1);
  EXPECT_EQ(files_in(folder / "maps/a2s/resnet/base/c_tiny/final"), 3);
}

TEST_F(TestCommand, MakesPseudoLabelsOfATrainingSetOrKeepsThePartialOnes) {
  const std::vector<std::string> labels{"--vals",         "cr", "--save", "--crf", "--pseudo-root",
                                        folder / "pseudo"};
  ASSERT_EQ(run(labels), 0) << err;
  EXPECT_EQ(files_in(folder / "pseudo/c/tiny"), 3);
  std::ofstream(folder / "tiny/images/0001.jpg") << "no picture";
  EXPECT_EQ(run(labels), 1);
  EXPECT_THAT(err, HasSubstr("1 of 3 images of c_tiny failed"));
  EXPECT_EQ(files_in(folder / "pseudo/c/tiny"), 3);
  EXPECT_EQ(files_in(folder / "pseudo/c/tiny.partial"), 2);
}

TEST_F(TestCommand, SaysAllThatIsWrongTogether) {
  fs::remove(folder / "w.safetensors");
  EXPECT_EQ(run({"--vals", "ce,de"}), 1);
  EXPECT_THAT(
      err, AllOf(HasSubstr("2 things are wrong"), HasSubstr("w.safetensors"), HasSubstr("NJUD")));
}

TEST_F(TestCommand, ScoresTheSetsThatAreThere) {
  fs::copy(folder / "tiny", folder / "ECSSD", fs::copy_options::recursive);
  std::vector<std::string> words{
      "test",     "a2s", "--weight",    folder / "w.safetensors", "--size", "64",
      "--device", "cpu", "--data_path", folder.path().string()};
  std::ostringstream out_stream, err_stream;
  EXPECT_EQ(cli::run(words, out_stream, err_stream), 1);
  EXPECT_THAT(err_stream.str(), HasSubstr("--test-set c=ECSSD, or with --available"));
  words.emplace_back("--available");
  ASSERT_EQ(cli::run(words, out_stream, err_stream), 0) << err_stream.str();
  EXPECT_THAT(out_stream.str(), HasSubstr("c_ECSSD"));
  EXPECT_THAT(err_stream.str(), HasSubstr("left out, not there: PASCAL-S"));
}

TEST_F(TestCommand, ASignalEndsItWithTheScoresOfWhatIsDone) {
  data::write_generated_set(folder.path(),
                            {.name = "many", .count = 200, .height = 60, .width = 80});
  const std::string log = folder / "err";
  const SalixProcess process(
      {"test", "a2s", "--weight", folder / "w.safetensors", "--size", "320", "--threads", "1",
       "--device", "cpu", "--data_path", folder.path().string(), "--test-set", "c=many", "--save",
       "--save-path", folder / "maps"},
      log, folder / "out");
  const fs::path maps = folder / "maps/a2s/resnet/base/c_many/final";
  const int status =
      process.signal_when(SIGINT, [&] { return fs::exists(maps) && files_in(maps) > 2; });
  ASSERT_TRUE(WIFEXITED(status)) << process.end_of(status);
  EXPECT_EQ(WEXITSTATUS(status), 130) << process.end_of(status);
  std::ostringstream printed, said;
  printed << std::ifstream(folder / "out").rdbuf();
  said << std::ifstream(log).rdbuf();
  EXPECT_THAT(printed.str(), HasSubstr("c_many"));
  EXPECT_THAT(said.str(), AllOf(HasSubstr("stopped after "), HasSubstr(" images of c_many")));
  EXPECT_LT(files_in(maps), 200);
}

TEST_F(TestCommand, NamesWhatIsMissing) {
  EXPECT_EQ(run({"--vals", "de"}), 1);
  EXPECT_EQ(run({"--vals", "qe"}), 2);
  fs::remove(folder / "w.safetensors");
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(err, HasSubstr("w.safetensors"));
}

}  // namespace
}  // namespace salix::testing
