// The flags of `salix train` beside those of the recipe: the original scripts', with their
// defaults, and ours.
#pragma once

#include <iosfwd>

#include "tools/cli/common_options.h"
#include "tools/cli/dataset_flags.h"
#include "train/session/training_request.h"

namespace salix::cli {

struct TrainFlags {
  TrainFlags(const std::string& network, const std::string& recipe) : training(network, recipe) {}

  TrainingRequest training;
  CommonOptions common;
  DatasetFlags data;
  std::string on_bad_image = "fail";
  int stage = 0;  // accepted, and checked
};

void add_train_options(CLI::App& command, TrainFlags& flags);
// One note per flag given that has no effect.
void warn_of_ignored(const CLI::App& command, std::ostream& err);

}  // namespace salix::cli
