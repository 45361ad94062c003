// The flags of `salix train`: those of the original scripts, with their defaults, and ours.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/common_options.h"
#include "tools/cli/dataset_flags.h"

namespace salix::cli {

struct TrainRequest {
  // With the original's defaults for the network.
  explicit TrainRequest(const std::string& network);
  int stage() const { return network == "a2s" ? 1 : 2; }

  std::string network;
  CommonOptions common;
  DatasetFlags data;
  std::string letters = "cdot", vals, optimizer = "SGD";
  std::string pretrain, weight;
  std::string weight_path = "./weight/", sub = "base", run_dir;
  double learning_rate = 0.1, weight_decay = 5e-4, clip_gradient = 0, alpha = 200;
  std::vector<double> loss_weights{1, 0.05, 1};
  int epochs = 20, batch = 8, ave_batch = 1, size = 320, asked_stage = 0;
  std::optional<int> tune;
  int workers = 2, checkpoint_every = 100, keep = 2;
  bool refine_labels = false;
  std::string refinement_rule = "replace";
  double residual = 0.4;
  std::string on_bad_image = "fail";
  bool allow_partial = false, only_rgb = false, resume = false, debug = false;
  bool full_backward = false, no_labels = false, audit_trace = false;
  bool sync_batch_norm = false;

  // <weight_path>/<network>/resnet/<letters>/<sub>, the original's place, unless --run-dir.
  std::string folder() const;
};

void add_train_options(CLI::App& command, TrainRequest& request);
// One note per flag given that has no effect.
void warn_of_ignored(const CLI::App& command, std::ostream& err);

}  // namespace salix::cli
