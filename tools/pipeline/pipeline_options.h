// The flags of `salix pipeline`, and the requests of its steps that follow from them.
#pragma once

#include <filesystem>
#include <string>

#include "tools/test/score_sets.h"
#include "tools/train/train_options.h"

namespace salix::cli {

struct PipelineRequest {
  CommonOptions common;
  DatasetFlags data;
  std::string task = "c", run_dir, stage1_trset, vals;
  std::string pretrain;
  int size = 320, batch = 8, workers = 2, checkpoint_every = 100, sheet_images = 8;
  int epochs1 = 20, epochs2 = 10;
  double rate1 = 0.1, rate2 = 0.005;
  bool allow_partial = false, resume = false, refine_labels = false;
  std::string refinement_rule = "replace";

  // Of stage 1 or 2.
  std::string network(int stage) const;
  std::filesystem::path folder() const;
  std::string label_vals() const { return task + "r"; }
  std::string test_vals() const { return vals.empty() ? task + "e" : vals; }

  TrainFlags stage1() const;
  TrainFlags stage2() const;
  // The test sets with the last weights of a stage; scores and maps lie in the pipeline's folder.
  TestRequest evaluation(int stage) const;
  TestRequest labels() const;
  std::filesystem::path weights(int stage) const;

  // Every option that changes the numbers, and no other.
  std::string config_json() const;
};

void add_pipeline_options(CLI::App& command, PipelineRequest& request);

}  // namespace salix::cli
