// The flags of the pipeline of two stages, and the requests of its steps that follow from them.
#pragma once

#include <filesystem>
#include <string>

#include "tools/pipeline/pipeline_settings.h"
#include "tools/test/score_sets.h"
#include "tools/train/train_options.h"

namespace salix::cli {

struct TwoStagesOptions {
  // The settings must outlive this.
  explicit TwoStagesOptions(const PipelineSettings& of) : settings(of) {}

  const PipelineSettings& settings;
  std::string stage1_trset;
  int size = 320, batch = 8;
  int epochs1 = 20, epochs2 = 10;
  double rate1 = 0.1, rate2 = 0.005;
  bool refine_labels = false;
  std::string refinement_rule = "replace";

  // Of stage 1 or 2.
  std::string network(int stage) const;
  std::string label_vals() const { return settings.task + "r"; }

  TrainFlags stage1() const;
  TrainFlags stage2() const;
  // The test sets with the last weights of a stage; scores and maps lie in the pipeline's folder.
  TestRequest evaluation(int stage) const;
  TestRequest labels() const;
  std::filesystem::path weights(int stage) const;

  // Every option that changes the numbers, and no other.
  std::string config_json() const;
};

// Beside those of the settings, of which it takes away what has no meaning here.
void add_two_stages_flags(CLI::App& command, TwoStagesOptions& options);

}  // namespace salix::cli
