// The options that trainings have in common; a recipe describes those that mean something to it.
#pragma once

#include <optional>
#include <string>

#include "train/optimizers/update_rule.h"
#include "train/recipes/recipe.h"

namespace salix {

struct TrainingOptions {
  // Of a network that takes images of one size alone, that size.
  explicit TrainingOptions(const NetworkFacts& network);

  std::string letters = "c";  // tasks to train on
  std::string optimizer = "SGD";
  double learning_rate = 0.1, weight_decay = 5e-4;
  int epochs = 20, batch = 8, size = 320;
  double clip_gradient = 0;
  int ave_batch = 1;
  std::optional<int> steps;  // the run ends after so many iterations, if that is earlier

  // --trset, --batch, --size, --steps: what is read. `smallest`: the least size that the method
  // works with.
  void describe_data(Options& options, int smallest);
  // --epochs, --optim, --lr, --weight-decay, --ave-batch.
  void describe_optimization(Options& options);
  // --clip-gradient.
  void describe_clipping(Options& options);

  RunPlan plan() const { return plan(epochs); }
  RunPlan plan(int of_epochs) const {
    return {letters, batch, size, {.epochs = of_epochs, .at_most = steps.value_or(0)}};
  }
  UpdateRuleParams update() const { return {clip_gradient, ave_batch}; }
  // Errors    InvalidInput for a network that gives no map, for another --size than its only one,
  //           and for a network of two encoders unless --trset is one task with a modality: it has
  //           one for that. (The reference fails to unpack its inputs.)
  void check_network(const Network& network) const;
};

}  // namespace salix
