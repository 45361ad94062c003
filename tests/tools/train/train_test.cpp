// `salix train a2s` as a user meets it: results, refusals, signals. Numbers: tests/train.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "layers/functional/autocast.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_process.h"
#include "tools/cli/run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Result {
  int code;
  std::string out, err;
};

class TrainCommand : public ::testing::Test {
 protected:
  TrainCommand() {
    data::write_generated_set(folder.path(),
                              {.name = "tiny", .count = 4, .height = 60, .width = 80});
  }
  // The flags of a small run; those that `more` gives replace them.
  std::vector<std::string> arguments(const std::vector<std::string>& more) const {
    const std::vector<std::pair<std::string, std::string>> usual{
        {"--trset", "c"},
        {"--train-set", "c=tiny"},
        {"--size", "160"},
        {"--batch", "2"},
        {"--threads", "1"},
        {"--device", "cpu"},
        {"--data_path", folder.path().string()},
        {"--run-dir", folder / "run"}};
    std::vector<std::string> all{"train", "a2s"};
    for (const auto& [flag, value] : usual) {
      if (std::find(more.begin(), more.end(), flag) != more.end()) continue;
      all.push_back(flag);
      all.push_back(value);
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Result train(const std::vector<std::string>& more) const {
    std::ostringstream out, err;
    const int code = cli::run(arguments(more), out, err);
    return {code, out.str(), err.str()};
  }
  ScratchFolder folder;
};

TEST_F(TrainCommand, TrainsScoresAndMakesPseudoLabels) {
  const Result result =
      train({"--epochs", "1", "--vals", "ce", "--test-set", "c=tiny", "--debug", "--pseudo-root",
             folder / "pseudo", "--ave_batch", "1", "--gamma", "0.5"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("--gamma has no effect"), HasSubstr("after epoch 0"),
                    HasSubstr("after epoch 1"), HasSubstr("4 pseudo labels of c_tiny")));
  EXPECT_TRUE(fs::exists(folder / "run/a2s_base_1.pth"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "pseudo/c/tiny"), {}), 4);
  EXPECT_EQ(train({"--epochs", "1"}).code, 2);  // the run is there already
}

// At 160 the second pass may be of 32 pixels: one value per channel, after some steps.
TEST_F(TrainCommand, RefusesABatchThatBatchNormCannotUseBeforeItStarts) {
  const Result one = train({"--batch", "1", "--no-labels"});
  EXPECT_EQ(one.code, 2);
  EXPECT_THAT(one.err, AllOf(HasSubstr("--batch 1 at 32x32"), HasSubstr("--batch 2 or more"),
                             HasSubstr("a --size larger by at least 1")));
  EXPECT_FALSE(fs::exists(folder / "run"));
  EXPECT_EQ(train({"--batch", "1", "--no-labels", "--second-scale", "64", "--epochs", "1"}).code,
            0);
}

TEST_F(TrainCommand, NoticesOtherBytesWhenItResumes) {
  ASSERT_EQ(train({"--epochs", "1", "--no-labels"}).code, 0);
  const Result same = train({"--epochs", "1", "--no-labels", "--resume"});
  EXPECT_EQ(same.code, 0);
  EXPECT_THAT(same.err, ::testing::Not(HasSubstr("other bytes")));
  fs::copy_file(folder / "tiny/images/0001.jpg", folder / "tiny/images/0002.jpg",
                fs::copy_options::overwrite_existing);
  const Result changed = train({"--epochs", "1", "--no-labels", "--resume"});
  EXPECT_EQ(changed.code, 0) << changed.err;
  EXPECT_THAT(changed.err, AllOf(HasSubstr("1 of 8 files of the training set have other bytes"),
                                 HasSubstr("0002.jpg")));
}

TEST_F(TrainCommand, RefusalsAreOneSentenceAndChangeNothing) {
  const auto refusal = [&](const std::vector<std::string>& more, int code) {
    const Result result = train(more);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_FALSE(fs::exists(folder / "run/config.json"));
    return result.err;
  };
  EXPECT_THAT(refusal({"--resume"}, 2), HasSubstr("--resume needs a run"));
  EXPECT_THAT(refusal({"--trset", "d"}, 1), HasSubstr("RGBD-TR"));
  EXPECT_THAT(refusal({"--vals", "xe"}, 2), HasSubstr("x"));
  EXPECT_EQ(train({"--size", "100"}).code, 2);
  std::ofstream(folder / "file") << "x";
  EXPECT_THAT(refusal({"--run-dir", folder / "file/run"}, 1), HasSubstr("cannot be made"));
}

TEST_F(TrainCommand, SaysAllThatIsWrongTogether) {
  std::ofstream(folder / "file") << "x";
  const Result result = train({"--pretrain", folder / "none.pth", "--data_path", folder / "gone",
                               "--vals", "te", "--run-dir", folder / "file/run"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("4 things are wrong"), HasSubstr("none.pth"),
                                HasSubstr("data set 'tiny'"), HasSubstr("VT1000"),
                                HasSubstr("file/run: the run's folder cannot be made")));
  // What does not matter yet is not said.
  EXPECT_THAT(train({"--data_path", folder / "gone"}).err, Not(HasSubstr("no --pretrain")));
}

TEST_F(TrainCommand, SaysWhatItLoadedAndEndsAfterTheStepsAskedFor) {
  std::ostringstream ignored;
  ASSERT_EQ(cli::run({"weights", "init", "a2s", folder / "w.safetensors"}, ignored, ignored), 0);
  const std::vector<std::string> smoke{"--weight",
                                       folder / "w.safetensors",
                                       "--no-labels",
                                       "--vals",
                                       "ce",
                                       "--test-set",
                                       "c=tiny",
                                       "--steps",
                                       "1"};
  const Result result = train(smoke);
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string images = (folder.path() / "tiny/images").string();
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("w.safetensors (safetensors): the whole network, "),
                    HasSubstr("\nc_tiny: 4 pictures from " + images + ", masks from "),
                    HasSubstr("scored: c_tiny: 4 pictures from " + images),
                    HasSubstr("train a2s: 1 steps of 2 images"), HasSubstr("after epoch 1")));
  EXPECT_TRUE(fs::exists(folder / "run/a2s_base_iter_1.pth"));
  EXPECT_EQ(train({"--steps", "0"}).code, 2);
  for (const char* recipe : {"pseudo-labels", "supervised"}) {
    std::ostringstream out, err;
    EXPECT_EQ(cli::run({"train", "cornet", "--recipe", recipe, "--help"}, out, err), 0);
    EXPECT_THAT(out.str(), HasSubstr("--steps")) << recipe;
  }
}

TEST_F(TrainCommand, ABadImageFailsOrIsSkipped) {
  fs::path image;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
    if (entry.path().extension() == ".jpg") image = entry.path();
  std::ofstream(image) << "no picture";
  const Result failed = train({"--epochs", "1", "--no-labels"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.err, HasSubstr(image.filename().string()));
  const Result other = train({"--epochs", "1", "--no-labels", "--resume", "--lr", "0.2"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("lr was 0.1 and is now 0.2"));
  const Result skipped = train(
      {"--epochs", "1", "--no-labels", "--on-bad-image", "skip", "--run-dir", folder / "skip"});
  EXPECT_EQ(skipped.code, 0) << skipped.err;
  EXPECT_THAT(skipped.err, HasSubstr(image.filename().string()));
}

TEST_F(TrainCommand, MixedPrecisionIsPartOfARunsIdentity) {
  if (!has_fast_autocast(Exec())) GTEST_SKIP() << "this CPU has no AVX-512";
  ASSERT_EQ(train({"--epochs", "1", "--no-labels", "--amp", "bf16"}).code, 0);
  const Result other = train({"--epochs", "1", "--no-labels", "--resume"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("amp was \"bf16\" and is now \"none\""));
}

// They change the bits of a run on a GPU.
TEST_F(TrainCommand, FastAndTf32ArePartOfARunsIdentity) {
  ASSERT_EQ(train({"--epochs", "1", "--no-labels", "--fast", "--tf32"}).code, 0);
  std::ifstream file(folder / "run/manifest.json");
  const auto manifest = nlohmann::json::parse(file);
  EXPECT_FALSE(manifest["deterministic"].get<bool>());
  EXPECT_TRUE(manifest["tf32"].get<bool>());
  const Result other = train({"--epochs", "1", "--no-labels", "--resume"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, AllOf(HasSubstr("fast was true and is now false"),
                               HasSubstr("tf32 was true and is now false")));
}

TEST_F(TrainCommand, CornetRefinesItsLabelsAndLeavesTheOriginals) {
  const fs::path originals = folder.path() / "pseudo/c/tiny";
  fs::create_directories(originals.parent_path());
  fs::copy(folder.path() / "tiny/segmentations", originals, fs::copy_options::recursive);
  const fs::path label = fs::directory_iterator(originals)->path();
  const auto before = data::read_file_bytes(label);
  std::vector<std::string> words =
      arguments({"--size", "64", "--epochs", "2", "--olr", "--pseudo-root", folder / "pseudo"});
  words[1] = "cornet";
  std::ostringstream out, err;
  ASSERT_EQ(cli::run(words, out, err), 0) << err.str();
  EXPECT_TRUE(fs::exists(folder / "run/cornet_base_2.pth"));
  const fs::path labels = folder.path() / "run/labels";
  EXPECT_EQ(data::read_file_bytes(labels / "c/tiny" / label.filename()), before);
  EXPECT_NE(data::read_file_bytes(labels / "epoch_2/c/tiny" / label.filename()), before);
  EXPECT_EQ(data::read_file_bytes(label), before);
}

// A run that was killed before its first checkpoint must not be a dead end.
TEST_F(TrainCommand, ResumesFromTheBeginningWhenThereIsNoCheckpointYet) {
  ASSERT_EQ(train({"--epochs", "1", "--no-labels"}).code, 0);
  fs::remove_all(folder / "run/checkpoints");
  const Result again = train({"--epochs", "1", "--no-labels", "--resume"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("starts from its beginning"));
}

TEST_F(TrainCommand, ASignalEndsWithACheckpointAndTheCommandThatGoesOn) {
  const std::string log = folder / "err";
  const SalixProcess process(arguments({"--epochs", "50", "--no-labels"}), log);
  const fs::path metrics = folder / "run/metrics.jsonl";
  const int status = process.signal_when(
      SIGTERM, [&] { return fs::exists(metrics) && fs::file_size(metrics) > 0; });
  ASSERT_TRUE(WIFEXITED(status)) << process.end_of(status);
  EXPECT_EQ(WEXITSTATUS(status), 143) << process.end_of(status);
  std::ostringstream text;
  text << std::ifstream(log).rdbuf();
  EXPECT_THAT(text.str(),
              AllOf(HasSubstr("stopped after step"), HasSubstr("--run-dir " + (folder / "run")),
                    HasSubstr("--no-labels --resume\n")));
  EXPECT_TRUE(fs::exists(folder / "run/checkpoints/latest"));
}

}  // namespace
}  // namespace salix::testing
