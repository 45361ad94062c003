// Whole runs, of stage 1 in small: stop, resume, scores, broken numbers, full disks, traces.
#include "train/loop/training_run.h"

#include <gmock/gmock.h>

#include <fstream>
#include <limits>
#include <memory>
#include <sstream>

#include "engine/io/file.h"
#include "layers/modules/state_dict.h"
#include "tests/support/file_limit.h"
#include "tests/support/tensors.h"
#include "tests/train/recipes/a2s/stage1_fixture.h"
#include "train/audit/audit_diff.h"
#include "train/loop/not_finite.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

void expect_same_network(const A2s& a, const A2s& b) {
  const io::NamedArrays expected = state_dict(a), actual = state_dict(b);
  for (const auto& [name, array] : expected) EXPECT_TRUE(actual.at(name) == array) << name;
}

// Stops after `step`.
TrainingWatcher stop_after(std::int64_t step) {
  const auto at = std::make_shared<std::int64_t>(0);
  return {.on_step = [at](const StepSummary&, const TrainingPosition& p) { *at = p.step; },
          .stop_requested = [at, step] { return *at >= step; }};
}

class TrainingRunTest : public ::testing::Test {
 protected:
  SmallRunParams params(const std::string& name) {
    fs::create_directories(folder / name);
    return SmallRun::params(folder / name);
  }
  ScratchFolder folder;
};

// Stopped within an epoch, at an epoch's end, and after one more step; the tuned encoder of
// epoch 2 needs the momentum that it gathered in epoch 1.
TEST_F(TrainingRunTest, ResumedRunsHaveTheBitsOfAnUnbrokenOne) {
  SmallRunParams unbroken = params("unbroken"), broken = params("broken");
  unbroken.tune = broken.tune = 1;
  SmallRun whole(unbroken);
  EXPECT_FALSE(whole.step.skips_encoder());
  ASSERT_TRUE(whole.run.train());
  for (const std::int64_t step : {1, 3, 4}) {
    SmallRun part(broken, stop_after(step));
    EXPECT_EQ(part.run.resume(), step > 1);
    EXPECT_FALSE(part.run.train());
    EXPECT_EQ(part.run.position().step, step);
  }
  SmallRun last(broken);
  ASSERT_TRUE(last.run.resume());
  ASSERT_TRUE(last.run.train());
  expect_same_network(whole.network, last.network);
  EXPECT_EQ(io::read_text_file(folder / "unbroken/metrics.jsonl"),
            io::read_text_file(folder / "broken/metrics.jsonl"));
  EXPECT_EQ(io::read_text_file(folder / "unbroken/a2s_base_1.pth"),
            io::read_text_file(folder / "broken/a2s_base_1.pth"));
}

// `--steps 4`, then the rest: rates, order and bits are those of the whole run.
TEST_F(TrainingRunTest, ARunCutShortEndsWithWeightsAndIsTheBeginningOfTheWholeOne) {
  SmallRunParams cut = params("cut");
  cut.run.length.at_most = 4;
  {
    SmallRun small(cut);
    EXPECT_EQ(small.run.total_steps(), 4);
    ASSERT_TRUE(small.run.train());
  }
  EXPECT_TRUE(fs::exists(folder / "cut/a2s_base_1.pth"));
  EXPECT_TRUE(fs::exists(folder / "cut/a2s_base_iter_4.pth"));
  {
    SmallRun again(cut);  // done
    ASSERT_TRUE(again.run.resume());
    ASSERT_TRUE(again.run.train());
    EXPECT_EQ(again.run.position().step, 4);
  }
  cut.run.length.at_most = 100;  // more than there are
  SmallRun rest(cut), whole(params("whole"));
  EXPECT_EQ(rest.run.total_steps(), whole.run.total_steps());
  ASSERT_TRUE(rest.run.resume());
  ASSERT_TRUE(rest.run.train());
  ASSERT_TRUE(whole.run.train());
  expect_same_network(whole.network, rest.network);
  EXPECT_EQ(io::read_text_file(folder / "whole/metrics.jsonl"),
            io::read_text_file(folder / "cut/metrics.jsonl"));
}

// As on a GPU: the host logs an iteration when the next one is queued.
TEST_F(TrainingRunTest, OneInFlightWritesWhatARunWithoutWrites) {
  SmallRunParams waiting = params("waiting"), ahead = params("ahead");
  ahead.run.one_in_flight = true;
  SmallRun first(waiting), second(ahead);
  ASSERT_TRUE(first.run.train());
  ASSERT_TRUE(second.run.train());
  expect_same_network(first.network, second.network);
  EXPECT_EQ(io::read_text_file(folder / "waiting/metrics.jsonl"),
            io::read_text_file(folder / "ahead/metrics.jsonl"));
  const fs::path newest = "checkpoints/step_000006.safetensors";
  EXPECT_EQ(io::read_text_file(folder / "waiting" / newest),
            io::read_text_file(folder / "ahead" / newest));
}

// A checkpoint never holds a step that the log lacks.
TEST_F(TrainingRunTest, OneInFlightIsLoggedBeforeACheckpointAndResumes) {
  SmallRunParams ahead = params("ahead");
  ahead.run.one_in_flight = true;
  {
    SmallRun part(ahead, stop_after(3));
    EXPECT_FALSE(part.run.train());
    const std::string log = io::read_text_file(folder / "ahead/metrics.jsonl");
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), part.run.position().step);
  }
  SmallRun rest(ahead), whole(params("whole"));
  ASSERT_TRUE(rest.run.resume());
  ASSERT_TRUE(rest.run.train());
  ASSERT_TRUE(whole.run.train());
  expect_same_network(whole.network, rest.network);
  EXPECT_EQ(io::read_text_file(folder / "whole/metrics.jsonl"),
            io::read_text_file(folder / "ahead/metrics.jsonl"));
}

// Killed while the scores of epoch 1 were computed: its checkpoint is there, their lines are not.
TEST_F(TrainingRunTest, AnEpochIsScoredOnceHoweverOftenTheRunIsKilled) {
  const SmallRunParams scored = params("scored");
  std::vector<int> asked;
  const auto watcher = [&](bool killed) {
    return TrainingWatcher{.score = [&asked, killed](int epoch) -> std::vector<Metrics> {
      asked.push_back(epoch);
      if (killed) throw IoError("killed");
      return {{{"epoch", std::int64_t{epoch}}, {"set", std::string("c_tiny")}, {"s", 0.5}}};
    }};
  };
  {
    SmallRun small(scored, watcher(true));
    EXPECT_THROW(small.run.train(), IoError);
  }
  for (int again = 0; again < 2; ++again) {
    SmallRun small(scored, watcher(false));
    ASSERT_TRUE(small.run.resume());
    ASSERT_TRUE(small.run.train());
  }
  EXPECT_THAT(asked, ::testing::ElementsAre(1, 1, 2));
  const std::string log = io::read_text_file(folder / "scored/metrics.jsonl");
  const std::string line = R"({"step":3,"epoch":1,"set":"c_tiny","s":0.5})";
  EXPECT_EQ(log.find(line), log.rfind(line));
  EXPECT_NE(log.find(line), std::string::npos);
}

TEST_F(TrainingRunTest, SaysWhereTheTimeGoes) {
  const SmallRunParams timed = params("timed");
  SmallRun small(timed);
  ASSERT_TRUE(small.run.train());
  const std::string profile = io::read_text_file(folder / "timed/profile.json");
  EXPECT_THAT(profile, AllOf(HasSubstr(R"("step": 3)"), HasSubstr(R"("op": "conv2d")"),
                             HasSubstr(R"("resident_peak_bytes": )")));
  const std::string timing = io::read_text_file(folder / "timed/timing.jsonl");
  EXPECT_EQ(std::count(timing.begin(), timing.end(), '\n'), 5);  // all but the profiled one
  EXPECT_THAT(timing, HasSubstr(R"("images":2)"));
}

// 6 pictures of each task, batches of 5: the last 4 are dropped. Samples lack two modalities.
TEST_F(TrainingRunTest, JointTrainingFillsMissingPriorsAndDropsTheIncompleteBatch) {
  SmallRunParams joint = params("joint");
  joint.letters = "cdot";
  joint.run.loader.batch = 5;
  joint.run.length.epochs = 1;
  std::vector<StepSummary> reports;
  SmallRun small(joint, {.on_step = [&](const StepSummary& r, const TrainingPosition&) {
                   reports.push_back(r);
                 }});
  const auto samples = static_cast<std::int64_t>(SmallRun::samples_of("cdot").size());
  ASSERT_TRUE(small.run.train());
  EXPECT_EQ(small.run.total_steps(), samples / 5);
  ASSERT_EQ(reports.size(), static_cast<std::size_t>(samples / 5));
  for (const StepSummary& report : reports)
    EXPECT_GT(report.terms[1].second, 0) << report.terms[1].first;
}

// A number breaks after step 3: the checkpoint of step 3 is whole and goes on.
TEST_F(TrainingRunTest, BrokenWeightsEndTheRunAndLeaveUsableCheckpoints) {
  for (const char* name : {"decoder.fusion.ad0.0.weight", "encoder.layer1.0.bn1.running_mean"}) {
    fs::remove_all(folder / "broken");
    const SmallRunParams broken = params("broken");
    A2s* network = nullptr;
    SmallRun small(broken, {.on_step = [&](const StepSummary&, const TrainingPosition& position) {
                     if (position.step != 4) return;
                     for (const StateEntry& entry : network->state()) {
                       if (entry.name == name)
                         entry.tensor->fill(std::numeric_limits<double>::quiet_NaN());
                     }
                   }});
    network = &small.network;
    std::string message;
    try {
      small.run.train();
    } catch (const NotFinite& error) {
      message = error.what();
    }
    EXPECT_THAT(message, AllOf(HasSubstr("epoch 2"), HasSubstr("step "))) << name;
    SmallRun again(broken);
    ASSERT_TRUE(again.run.resume());
    EXPECT_EQ(again.run.position(), (TrainingPosition{2, 0, 3}));
    EXPECT_TRUE(again.run.train());
  }
}

TEST_F(TrainingRunTest, AFullDiskIsOneSentenceAndTheRunGoesOnLater) {
  const SmallRunParams full = params("full");
  std::string message;
  {
    SmallRun small(full, stop_after(1));
    EXPECT_FALSE(small.run.train());
  }
  {
    SmallRun small(full);
    ASSERT_TRUE(small.run.resume());
    const FileSizeLimit limit(50 << 20);  // half a checkpoint
    message = error_of([&] { small.run.train(); });
  }
  EXPECT_THAT(message, AllOf(HasSubstr("cannot be written"), HasSubstr("File too large")));
  SmallRun again(full);
  ASSERT_TRUE(again.run.resume());
  EXPECT_EQ(again.run.position().step, 1);
  EXPECT_TRUE(again.run.train());
}

TEST_F(TrainingRunTest, TracesOfEqualRunsAreIdenticalAndPointAtTheFirstDifference) {
  const auto traced = [&](const char* name, bool changed) {
    SmallRunParams with_trace = params(name);
    with_trace.run.audit_trace = true;
    A2s* network = nullptr;
    TrainingWatcher watcher = stop_after(2);
    const auto on_step = watcher.on_step;
    watcher.on_step = [&network, on_step, changed](const StepSummary& r,
                                                   const TrainingPosition& position) {
      on_step(r, position);
      if (!changed || position.step != 1) return;
      for (const StateEntry& entry : network->state()) {
        if (entry.name == "decoder.ad3.ad0.1.bias") entry.tensor->fill(0.25);
      }
    };
    SmallRun small(with_trace, watcher);
    network = &small.network;
    small.run.train();
  };
  traced("a", false);
  traced("b", false);
  traced("c", true);
  for (const char* name : {"a", "b", "c"})
    std::ofstream(folder / (std::string(name) + "/config.json")) << "{}";
  const AuditDifference same = audit_diff(folder / "a", folder / "b");
  EXPECT_TRUE(same.identical);
  EXPECT_EQ(same.steps, 2);
  const AuditDifference other = audit_diff(folder / "a", folder / "c");
  EXPECT_FALSE(other.identical);
  EXPECT_EQ(other.step, 2);
  EXPECT_THAT(other.what, HasSubstr("forward of group_norm"));
}

}  // namespace
}  // namespace salix::testing
