// Small stage-1 runs on generated pictures, which one test program paints once.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "data/loading/saliency_reader.h"
#include "data/scenes/generated_set.h"
#include "models/a2s/a2s.h"
#include "tests/support/scratch.h"
#include "train/loop/training_run.h"
#include "train/recipes/a2s/a2s_step.h"

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
  A2sStepParams step;  // epochs, steps and samples are completed from the run
  int tune = 20;       // epochs for which the encoder rests
  std::string letters = "c";
  int size = 160;
  TrainingRunParams run;
};

// One run in a folder: 2 epochs of 3 iterations of 2 pictures at 160 x 160.
struct SmallRun {
  static SmallRunParams params(const std::filesystem::path& folder) {
    SmallRunParams params;
    params.run.folder = folder;
    params.run.identity = {"config", "data"};
    params.run.loader = {.batch = 2, .workers = 1};
    params.run.length.epochs = 2;
    params.run.weights.name = "a2s_base";
    params.run.checkpoint_every = 2;
    return params;
  }

  explicit SmallRun(const SmallRunParams& params, TrainingWatcher watcher = {})
      : samples(samples_of(params.letters)),
        step(network, complete(params, samples.size(), /*ranks=*/1)),
        run(exec, step, samples, reader(params), params.run, std::move(watcher)) {}

  static std::vector<data::SampleFiles> samples_of(const std::string& letters) {
    return data::training_samples(letters, {.thin_videos = true}, TinySets::instance().options());
  }
  static std::shared_ptr<const data::SampleReader> reader(const SmallRunParams& params) {
    return std::make_shared<data::SaliencyReader>(
        data::SaliencyFields{.letters = params.letters, .size = params.size});
  }
  static A2sStepParams complete(const SmallRunParams& params, std::size_t samples, int ranks) {
    A2sStepParams step = params.step;
    step.epochs = params.run.length.epochs;
    step.steps_per_epoch =
        static_cast<std::int64_t>(samples) / (std::int64_t{ranks} * params.run.loader.batch);
    step.tune.assign(samples, params.tune);
    return step;
  }

  Exec exec{{}, {.threads = 1}};
  A2s network{exec};
  std::vector<data::SampleFiles> samples;
  A2sStep step;
  TrainingRun run;
};

}  // namespace salix::testing
