// One iteration of supervised training: the batch at a size of its own, and the losses asked for.
#pragma once

#include <string>
#include <vector>

#include "train/loop/training_step.h"
#include "train/recipes/supervised/loss_terms.h"
#include "train/recipes/supervised/multi_scale.h"
#include "train/recipes/supervised/strategies.h"

namespace salix {

struct SupervisedStepParams {
  int epochs = 40;
  std::int64_t steps_per_epoch = 1;
  std::string optimizer = "Adam";  // a name that make_optimizer() knows
  double learning_rate = 1e-4, weight_decay = 5e-4;
  Schedule schedule = Schedule::kSteps;
  UpdateRuleParams update = {};
  std::vector<WeightedLoss> losses = parse_loss_terms("bce,iou");
  bool multi_scale = true;
  std::uint64_t seed = 0;     // draws the sizes
  std::string modality = {};  // the field of a network of two modalities: "prior_d"
};

// Reads "image" [N,S,S,3], normalised, "mask" [N,S,S,1] of 0 and 1 (of scribbles also 2 for
// unknown), and the modality. Every map of the network learns: maps of contours
// from the label's contour, the others from the label.
class SupervisedStep : public TrainingStep {
 public:
  SupervisedStep(Network& network, SupervisedStepParams params);

  Loss loss(const StepInput& input, const TrainingPosition& position) override;
  std::vector<double> rates(const StepInput& input, const TrainingPosition& position) override;
  UpdateRule& update() override { return update_; }
  Module& network() override { return network_; }

 private:
  Network& network_;
  SupervisedStepParams params_;
  UpdateRule update_;
  MultiScale multi_scale_;
};

}  // namespace salix
