// Supervised training as SALOD benchmarks it: masks (or scribbles) of people, losses by name,
// schedules by strategy, crops and many scales.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "data/image/resampling.h"
#include "train/recipes/recipe.h"
#include "train/recipes/supervised/strategies.h"
#include "train/recipes/training_options.h"

namespace salix {

class SupervisedRecipe : public Recipe {
 public:
  explicit SupervisedRecipe(const NetworkFacts& network);

  void describe(Options& options) override;
  RunPlan plan() const override;
  void check(const Network& network) const override;
  std::vector<data::SampleFiles> samples(const data::DatasetOptions& sources) const override;
  std::unique_ptr<data::SampleReader> reader() const override;
  std::unique_ptr<TrainingStep> step(const StepContext& context) override;

 private:
  void describe_strategy(Options& options);
  const Strategy& strategy() const { return strategy_of(strategy_); }
  int epochs() const { return epochs_.value_or(strategy().epochs); }
  // "prior_d", for a network of two modalities.
  std::string modality() const;

  bool needs_modality_, grey_modality_;
  data::Resampling resampling_;
  TrainingOptions common_;  // of it tasks, batch, size and clipping
  std::string losses_ = "bce,iou", labels_ = "masks", strategy_ = "adam_base", optimizer_;
  std::optional<int> epochs_, ave_batch_;
  double learning_rate_ = 0, weight_decay_ = -1;  // these stand for the strategy's
  double clamp_gradient_ = 0;
  bool no_crop_ = false;
  bool no_multi_scale_;  // always, of a network that takes images of one size alone
};

}  // namespace salix
