// `salix pipeline --recipe` as a user meets it: requests, refusals, results, a kill.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "engine/io/file.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_process.h"
#include "tests/tools/salix_run.h"
#include "tools/cli/recipe_flags.h"
#include "tools/pipeline/one_training_options.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

class OneTraining : public ::testing::Test {
 protected:
  void paint(data::Task task, bool scribbles) const {
    data::write_generated_set(folder.path(), {.task = task,
                                              .name = "tiny",
                                              .training = true,
                                              .count = 4,
                                              .height = 90,
                                              .width = 120,
                                              .scribbles = scribbles});
  }
  Words arguments(const std::string& task, const std::string& recipe, const Words& more) const {
    Words all{"pipeline",
              "--task",
              task,
              "--recipe",
              recipe,
              "--run-dir",
              run,
              "--data-path",
              folder.path().string(),
              "--threads",
              "1",
              "--device",
              "cpu",
              "--train-set",
              task + "=tiny",
              "--batch",
              "2"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string refusal(const Words& words, int code = 2) const {
    const Result result = salix_run(words);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_FALSE(fs::exists(run)) << result.err;
    return result.err;
  }
  std::string file(const std::string& name) const { return io::read_text_file(folder / name); }

  ScratchFolder folder;
  std::string run = folder / "run";
};

TEST(NetworkOfARecipe, IsItsOwnOrTheOneThatIsTold) {
  EXPECT_EQ(cli::network_of({}, "scribble"), "sfnet");
  EXPECT_EQ(cli::network_of({}, "a2s"), "a2s");
  EXPECT_EQ(cli::network_of({}, "supervised"), "");
  EXPECT_EQ(cli::network_of({"--network", "midnet"}, "supervised"), "midnet");
  EXPECT_EQ(cli::network_of({"--network=midnet"}, "pseudo-labels"), "midnet");
  EXPECT_EQ(cli::network_of({"--network", "nonsense"}, "scribble"), "sfnet");
  EXPECT_EQ(cli::word_after({"--network", "a", "--network=b"}, "--network"), "b");
  EXPECT_EQ(cli::word_after({"--network"}, "--network"), "");
}

TEST_F(OneTraining, TheFlagsAreThoseOfTheRecipe) {
  const std::string help = salix_run({"pipeline", "--recipe", "scribble", "--help"}).out;
  EXPECT_THAT(help, AllOf(HasSubstr("--list"), HasSubstr("--loss-weights"), HasSubstr("}=sfnet"),
                          HasSubstr("--list dataset/train.txt"), Not(HasSubstr("--trset")),
                          Not(HasSubstr("--epochs1"))));
  const std::string stages = salix_run({"pipeline", "--help"}).out;
  EXPECT_THAT(stages, AllOf(HasSubstr("--epochs1"), Not(HasSubstr("--loss-weights"))));
  EXPECT_THAT(refusal(arguments("d", "scribble", {"--epochs1", "3"})), HasSubstr("--epochs1"));
  EXPECT_THAT(refusal(arguments("d", "scribble", {"--trset", "d"})), HasSubstr("--trset"));
  EXPECT_THAT(refusal(arguments("d", "nonsense", {})), HasSubstr("nonsense"));
  EXPECT_THAT(refusal(arguments("d", "scribble", {"--network", "resnet"})), HasSubstr("resnet"));
  EXPECT_THAT(refusal(arguments("c", "supervised", {})), HasSubstr("--network"));
}

TEST_F(OneTraining, SaysAllThatIsWrongBeforeAnythingIsMade) {
  EXPECT_THAT(refusal(arguments("d", "scribble", {"--pretrain", folder / "none.pth"})),
              AllOf(HasSubstr("3 things are wrong"), HasSubstr("none.pth"),
                    HasSubstr("--list FILE must name a training list"), HasSubstr("NLPR")));
  paint(data::Task::kDepth, /*scribbles=*/true);
  const Words sets{"--test-set", "d=tiny"};
  const auto with = [&](Words more) {
    more.insert(more.end(), sets.begin(), sets.end());
    return more;
  };
  EXPECT_THAT(refusal(arguments("d", "scribble", with({"--list", folder / "none.txt"})), 1),
              HasSubstr("none.txt"));
  const std::string list = folder / "d_tiny_scribble.txt";
  EXPECT_THAT(refusal(arguments("d", "scribble", with({"--list", list, "--network", "cornet"}))),
              HasSubstr("cornet looks at the image alone"));
  EXPECT_THAT(refusal(arguments("d", "scribble", with({"--list", list, "--size", "160"}))),
              HasSubstr("sfnet takes images of 224 pixels alone"));
  EXPECT_THAT(refusal(arguments("d", "scribble", {"--list", list, "--test-list", "none.txt"}), 1),
              HasSubstr("none.txt"));
  EXPECT_THAT(refusal(arguments("d", "scribble", with({"--list", list, "--resume"}))),
              HasSubstr("--resume needs a run"));
}

TEST_F(OneTraining, SlowScribblesBecomeMapsEmbeddingsSheetAndReport) {
  paint(data::Task::kDepth, /*scribbles=*/true);
  const Words words = arguments("d", "scribble",
                                {"--list", folder / "d_tiny_scribble.txt", "--test-set", "d=tiny",
                                 "--iterations", "2", "--sheet-images", "2"});
  const Result result = salix_run(words);
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("d_tiny"), HasSubstr("report.html")));
  const auto state = nlohmann::json::parse(file("run/pipeline.json"));
  EXPECT_EQ(state["network"], "sfnet");
  ASSERT_EQ(state["steps"].size(), 3u);
  for (const auto& step : state["steps"]) EXPECT_EQ(step["state"], "done") << step;
  EXPECT_EQ(nlohmann::json::parse(file("run/scores/scores.json"))["sets"][0]["images"], 4);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "run/embeddings/d_tiny"), {}), 4);
  // Five tiles in each of two entries.
  EXPECT_GT(data::read_rgb(folder / "run/contact_sheet.png").width, 2 * 5 * 200);
  EXPECT_THAT(file("run/report.html"),
              AllOf(HasSubstr("Pipeline of sfnet"), HasSubstr(">Embedding<")));

  const auto resumed = [&](const Words& more) {
    Words again = words;
    again.push_back("--resume");
    again.insert(again.end(), more.begin(), more.end());
    return salix_run(again);
  };
  EXPECT_THAT(resumed({"--lr", "0.01"}).err, HasSubstr("lr was 0.0001 and is now 0.01"));
  EXPECT_THAT(resumed({"--vals", "dr"}).err, HasSubstr("vals was \"de\" and is now \"dr\""));
  EXPECT_THAT(resumed({"--steps", "1"}).err, HasSubstr("sfnet_base_iter_1.pth"));
  fs::remove(folder / "run/contact_sheet.png");
  const auto weights = folder / "run/training/sfnet_base_iter_2.pth";
  const auto written = fs::last_write_time(weights);
  EXPECT_EQ(resumed({}).code, 0);
  EXPECT_EQ(fs::last_write_time(weights), written);
  EXPECT_TRUE(fs::exists(folder / "run/contact_sheet.png"));
}

// Killed within the training and after it: the same bits in the end. Of a network without
// embeddings, by a recipe that is not its own.
TEST_F(OneTraining, SlowKilledAndResumedItEndsWithTheSameBits) {
  paint(data::Task::kColour, /*scribbles=*/false);
  const auto words = [&](const std::string& name, const Words& more = {}) {
    Words all = arguments(
        "c", "supervised",
        {"--network", "cornet", "--test-set", "c=tiny", "--size", "160", "--no-multi-scale",
         "--epochs", "1", "--ave-batch", "1", "--checkpoint-every", "1"});
    all[6] = folder / name;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const Result whole = salix_run(words("whole"));
  ASSERT_EQ(whole.code, 0) << whole.err;
  const auto killed_when = [&](const std::string& name, const Words& more) {
    const SalixProcess process(words("broken", more), folder / "log");
    const int status = process.signal_when(
        SIGKILL, [&] { return fs::exists(fs::path(folder / "broken") / name); });
    ASSERT_TRUE(WIFSIGNALED(status)) << process.end_of(status);
  };
  killed_when("training/checkpoints/step_000001.safetensors", {});
  killed_when("maps", {"--resume"});
  const Result result = salix_run(words("broken", {"--resume"}));
  ASSERT_EQ(result.code, 0) << result.err;
  for (const char* name :
       {"training/cornet_base_1.pth", "training/metrics.jsonl", "scores/images.csv"}) {
    EXPECT_EQ(file(std::string("whole/") + name), file(std::string("broken/") + name)) << name;
  }
  EXPECT_FALSE(fs::exists(folder / "broken/embeddings"));
}

}  // namespace
}  // namespace salix::testing
