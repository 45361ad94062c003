// The options that trainings have in common; a recipe describes those that mean something to it.
#pragma once

#include <string>

#include "train/optimizers/update_rule.h"
#include "train/recipes/options.h"

namespace salix {

struct TrainingOptions {
  std::string letters = "c";  // tasks to train on
  std::string optimizer = "SGD";
  double learning_rate = 0.1, weight_decay = 5e-4;
  int epochs = 20, batch = 8, size = 320;
  double clip_gradient = 0;
  int ave_batch = 1;

  // --trset, --epochs, --batch, --size: what is read and how long. `smallest`: the least size
  // that the method works with.
  void describe_data(Options& options, int smallest);
  // --optim, --lr, --weight-decay, --ave-batch, --clip-gradient.
  void describe_optimization(Options& options);
  UpdateRuleParams update() const { return {clip_gradient, ave_batch}; }
};

}  // namespace salix
