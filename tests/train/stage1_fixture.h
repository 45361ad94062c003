// Small stage-1 runs on generated pictures, which one test program paints once.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "data/generated_set.h"
#include "tests/tools/scratch.h"
#include "train/stage1/stage1_run.h"

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

// One run in a folder: 2 epochs of 3 iterations of 2 pictures at 160 x 160.
struct SmallRun {
  static Stage1RunParams params(const std::filesystem::path& folder) {
    Stage1RunParams params{.folder = folder, .identity = {"config", "data"}};
    params.step.epochs = 2;
    params.loader = {.batch = 2, .size = 160, .workers = 1};
    params.checkpoint_every = 2;
    return params;
  }

  explicit SmallRun(const Stage1RunParams& params, Stage1Watcher watcher = {})
      : network(exec),
        run(exec, network,
            data::training_samples(params.loader.letters, 1, TinySets::instance().options()),
            params, std::move(watcher)) {}

  Exec exec{{}, {.threads = 1}};
  A2s network;
  Stage1Run run;
};

}  // namespace salix::testing
