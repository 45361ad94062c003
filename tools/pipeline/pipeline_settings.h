// The flags that every pipeline has.
#pragma once

#include <filesystem>
#include <string>

#include "tools/cli/common_options.h"
#include "tools/cli/dataset_flags.h"

namespace salix::cli {

struct PipelineSettings {
  CommonOptions common;
  DatasetFlags data;
  std::string recipe;  // of a pipeline of one training; "": the two stages
  std::string task = "c", run_dir, vals, pretrain;
  int workers = 2, checkpoint_every = 100, sheet_images = 8;
  bool allow_partial = false, resume = false;

  // Of everything that the pipeline makes.
  std::filesystem::path folder() const;
  std::string test_vals() const { return vals.empty() ? task + "e" : vals; }
};

void add_pipeline_settings(CLI::App& command, PipelineSettings& settings);

}  // namespace salix::cli
