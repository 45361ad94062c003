// `salix pipeline` as a user meets it: what it leaves behind, refusals, and kills at every step.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "engine/io/file.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_process.h"
#include "tools/cli/run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class PipelineSlow : public ::testing::Test {
 protected:
  std::vector<std::string> arguments(const std::string& task, const std::string& name,
                                     const std::vector<std::string>& more = {}) const {
    const std::string sets = task + "=tiny";
    std::vector<std::string> all{"pipeline",
                                 "--task",
                                 task,
                                 "--run-dir",
                                 folder / name,
                                 "--data-path",
                                 folder.path().string(),
                                 "--train-set",
                                 sets,
                                 "--test-set",
                                 sets,
                                 "--size",
                                 "160",
                                 "--batch",
                                 "2",
                                 "--epochs1",
                                 "1",
                                 "--epochs2",
                                 "1",
                                 "--threads",
                                 "1",
                                 "--device",
                                 "cpu",
                                 "--checkpoint-every",
                                 "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  int run(const std::vector<std::string>& words) {
    std::ostringstream out_stream, err_stream;
    const int code = cli::run(words, out_stream, err_stream);
    out = out_stream.str();
    err = err_stream.str();
    return code;
  }
  void paint(data::Task task) const {
    data::write_generated_set(
        folder.path(),
        {.task = task, .name = "tiny", .count = 4, .frames = 4, .height = 60, .width = 80});
  }
  std::string file(const std::string& name) const { return io::read_text_file(folder / name); }

  ScratchFolder folder;
  std::string out, err;
};

TEST_F(PipelineSlow, ThermalLeavesRunsLabelsScoresSheetAndReport) {
  paint(data::Task::kThermal);
  ASSERT_EQ(run(arguments("t", "run")), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("stage 1:"), HasSubstr("stage 2:"), HasSubstr("t_tiny")));
  const auto state = nlohmann::json::parse(file("run/pipeline.json"));
  EXPECT_EQ(state["network"], "midnet");
  for (const auto& step : state["steps"]) EXPECT_EQ(step["state"], "done") << step;
  for (const char* scores : {"labels", "stage1", "stage2"}) {
    const std::string text = file(std::string("run/scores/") + scores + "/scores.json");
    EXPECT_EQ(nlohmann::json::parse(text)["sets"][0]["images"], 4) << scores;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "run/pseudo/t/tiny"), {}), 4);
  // Five tiles: the thermal image has a column of its own.
  EXPECT_GT(data::read_rgb(folder / "run/contact_sheet.png").width, 2 * 5 * 200);
  EXPECT_THAT(file("run/report.html"), AllOf(HasSubstr("midnet"), HasSubstr("data:image/")));
  EXPECT_EQ(run(arguments("t", "run")), 2);
  EXPECT_THAT(err, HasSubstr("--resume"));
  EXPECT_EQ(run(arguments("t", "run", {"--resume", "--lr2", "0.01"})), 2);
  EXPECT_THAT(err, HasSubstr("lr2 was 0.005 and is now 0.01"));
}

// Killed within stage 1, while it labels, and within stage 2: the same bits in the end.
TEST_F(PipelineSlow, KilledAtEveryStepItEndsWithTheSameBits) {
  paint(data::Task::kColour);
  ASSERT_EQ(run(arguments("c", "whole")), 0) << err;
  const std::string broken = folder / "broken";
  const auto killed_when = [&](const std::function<bool()>& ready, bool resume) {
    const std::vector<std::string> more =
        resume ? std::vector<std::string>{"--resume"} : std::vector<std::string>{};
    const SalixProcess process(arguments("c", "broken", more), folder / "log");
    const int status = process.signal_when(SIGKILL, ready);
    ASSERT_TRUE(WIFSIGNALED(status)) << process.end_of(status);
  };
  const auto exists = [&](const char* name) {
    return [path = fs::path(broken) / name] { return fs::exists(path); };
  };
  killed_when(exists("stage1/checkpoints/step_000001.safetensors"), false);
  killed_when(exists("pseudo/c/tiny.partial"), true);
  killed_when(exists("stage2/checkpoints/step_000001.safetensors"), true);
  ASSERT_EQ(run(arguments("c", "broken", {"--resume"})), 0) << err;
  for (const char* name : {"stage1/a2s_base_1.pth", "stage2/cornet_base_1.pth",
                           "stage2/metrics.jsonl", "scores/stage2/images.csv"}) {
    EXPECT_EQ(file(std::string("whole/") + name), file(std::string("broken/") + name)) << name;
  }
  const auto manifest = nlohmann::json::parse(file("broken/manifest.json"));
  EXPECT_EQ(manifest["resumed"].size(), 3U);
}

TEST_F(PipelineSlow, NamesWhatIsMissingBeforeAnythingIsTrained) {
  EXPECT_EQ(run(arguments("c", "run")), 1);
  EXPECT_THAT(err, HasSubstr("tiny"));
  EXPECT_FALSE(fs::exists(folder / "run/stage1/metrics.jsonl"));
  EXPECT_EQ(run({"pipeline", "--task", "x"}), 2);
}

}  // namespace
}  // namespace salix::testing
