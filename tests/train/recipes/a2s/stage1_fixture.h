// Small stage-1 runs on generated pictures, which one test program paints once.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "data/scenes/generated_set.h"
#include "tests/support/scratch.h"
#include "train/loop/training_run.h"
#include "train/recipes/a2s/stage1_training.h"

namespace salix::testing {

// The root of the sets "tiny" of all four tasks: 6 training pictures each.
class TinySets {
 public:
  static const TinySets& instance() {
    static const TinySets sets;
    return sets;
  }
  data::DatasetOptions options() const {
    data::DatasetOptions options{.root = root_};
    for (const data::Task task : data::kTasks)
      options.training_sets[task] = options.test_sets[task] = {"tiny"};
    return options;
  }
  const std::filesystem::path& root() const { return root_; }
  ~TinySets() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TinySets(const TinySets&) = delete;
  TinySets& operator=(const TinySets&) = delete;

 private:
  TinySets()
      : root_(std::filesystem::temp_directory_path() /
              ("salix_tiny_sets_" + std::to_string(::getpid()))) {
    for (const data::Task task : data::kTasks) {
      data::write_generated_set(
          root_,
          {.task = task, .name = "tiny", .count = 6, .frames = 6, .height = 60, .width = 80});
    }
  }
  std::filesystem::path root_;
};

struct SmallRunParams {
  Stage1TrainingParams step;
  TrainingRunParams run;
};

// One run in a folder: 2 epochs of 3 iterations of 2 pictures at 160 x 160.
struct SmallRun {
  static SmallRunParams params(const std::filesystem::path& folder) {
    SmallRunParams params;
    params.step.size = 160;
    params.run.folder = folder;
    params.run.identity = {"config", "data"};
    params.run.loader = {.batch = 2, .size = 160, .workers = 1};
    params.run.epochs = 2;
    params.run.checkpoint_every = 2;
    return params;
  }

  explicit SmallRun(const SmallRunParams& params, TrainingWatcher watcher = {})
      : samples(
            data::training_samples(params.run.loader.letters, 1, TinySets::instance().options())),
        step(exec, network, samples, complete(params, samples)),
        run(exec, step, samples, params.run, std::move(watcher)) {}

  static Stage1TrainingParams complete(const SmallRunParams& params,
                                       const std::vector<data::SampleFiles>& samples) {
    Stage1TrainingParams step = params.step;
    step.step.epochs = params.run.epochs;
    step.step.steps_per_epoch = static_cast<std::int64_t>(samples.size()) / params.run.loader.batch;
    return step;
  }

  Exec exec{{}, {.threads = 1}};
  A2s network{exec};
  std::vector<data::SampleFiles> samples;
  Stage1Training step;
  TrainingRun run;
};

}  // namespace salix::testing
