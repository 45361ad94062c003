// One iteration of stage 2 of A2S-v2: forward, and the IoU loss against the pseudo labels. For
// every network that predicts saliency.
#pragma once

#include <string>

#include "train/loop/training_step.h"
#include "train/recipes/pseudo_labels/label_refinement.h"

namespace salix {

struct PseudoLabelsStepParams {
  int epochs = 10;
  std::int64_t steps_per_epoch = 1;
  std::string optimizer = "SGD";  // a name that make_optimizer() knows
  double learning_rate = 0.005, weight_decay = 5e-4;
  UpdateRuleParams update = {};
};

// The encoders' and the rest's rates: the encoders learn from the first iteration on, at a tenth.
// step counts from 1.
std::vector<double> pseudo_labels_rates(double base, std::int64_t step, std::int64_t total_steps);

// Reads "image" [N,S,S,3], "mask" [N,S,S,1] in 0..1 (above 0.5 is foreground) and, for a network
// of two modalities, the one of "prior_d", "prior_o", "prior_t" [N,S,S,3] that is there.
class PseudoLabelsStep : public TrainingStep {
 public:
  // `refinement` gets the prediction of every iteration; nullptr: labels stay. The caller keeps
  // ownership.
  PseudoLabelsStep(Network& network, const PseudoLabelsStepParams& params,
                   LabelRefinement* refinement = nullptr);

  Loss loss(const StepInput& input, const TrainingPosition& position) override;
  std::vector<double> rates(const StepInput& input, const TrainingPosition& position) override;
  UpdateRule& update() override { return update_; }
  Module& network() override { return network_; }

 private:
  Network& network_;
  PseudoLabelsStepParams params_;
  UpdateRule update_;
  LabelRefinement* refinement_;
};

}  // namespace salix
