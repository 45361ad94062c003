// A recipe is one way to train: what it reads, how it computes its loss, what it updates, what it
// leaves behind. Adding one is a folder beside this file, a line in catalogue.cpp, its tests and
// its page (docs/add_a_recipe.md).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/loading/sample_reader.h"
#include "data/sets/dataset_options.h"
#include "models/network.h"
#include "train/console/console.h"
#include "train/loop/training_run.h"
#include "train/loop/training_step.h"
#include "train/recipes/options.h"

namespace salix {

// What the loop needs to know of a run before it begins.
struct RunPlan {
  std::string letters;  // tasks trained on
  int batch = 8;        // images per iteration and rank
  int size = 320;       // of the network's input, for scores too
  RunLength length = {};
  int smallest_size = 0;  // of all sizes that it trains at; 0: size is the only one
  std::optional<SnapshotForm> snapshots = {};  // how another program would write the weights
};

// What a step is made from. All of it outlives the step.
struct StepContext {
  Exec& exec;
  Network& network;
  const std::vector<data::SampleFiles>& samples;
  std::int64_t steps_per_epoch;
  std::uint64_t seed;  // of all draws
};

// When the run is done: what it leaves besides weights is made here.
struct FinishContext {
  Exec& exec;
  Network& network;  // in eval mode, prepared for inference
  const data::DatasetOptions& sources;
  Console& console;
};

class Recipe {
 public:
  virtual ~Recipe() = default;

  // Once, before all else. The variables are the recipe's own.
  virtual void describe(Options& options) = 0;
  // Flags of a usual training beside --trset, for --help: what must be given, and where to start.
  virtual std::string example() const {
    return "--pretrain moco_v2_200ep_pretrain.pth.tar --data-path dataset";
  }
  virtual RunPlan plan() const = 0;
  // Errors    InvalidInput for a network or options that it cannot train with.
  virtual void check(const Network& network) const = 0;
  // The files to learn from. Errors    IoError that names what is missing.
  virtual std::vector<data::SampleFiles> samples(const data::DatasetOptions& sources) const = 0;
  // Before the reader and the step: the run's folder is there, and may hold what an earlier start
  // of the run has left in it.
  virtual void prepare(const std::filesystem::path& folder,
                       const std::vector<data::SampleFiles>& samples, std::uint64_t seed) {
    (void)folder;
    (void)samples;
    (void)seed;
  }
  // From the files of a sample to the fields of a batch.
  virtual std::unique_ptr<data::SampleReader> reader() const = 0;
  // One iteration. `audit step` and the benchmarks call the very same.
  virtual std::unique_ptr<TrainingStep> step(const StepContext& context) = 0;
  virtual void finish(const FinishContext& context) { (void)context; }
  // Said when the network starts from random weights.
  virtual std::string warning_without_weights() const {
    return "no --pretrain FILE: the encoder starts from random weights";
  }
};

}  // namespace salix
