// One iteration of stage 2 of A2S-v2: forward, IoU loss against the pseudo labels, backward and,
// every ave_batch iterations, the optimizer. For every network that predicts saliency.
#pragma once

#include <memory>
#include <string>

#include "train/loop/gradient_step.h"
#include "train/loop/training_step.h"
#include "train/recipes/pseudo_labels/label_refinement.h"
#include "train/recipes/pseudo_labels/learning_rates.h"
#include "train/recipes/pseudo_labels/stage2_batch.h"
#include "train/recipes/pseudo_labels/stage2_loss.h"

namespace salix {

struct Stage2Params {
  int epochs = 10;
  std::int64_t steps_per_epoch = 0;
  double learning_rate = 0.005;
  double clip_gradient = 0;  // largest L2 norm over all gradients; 0: off
  int ave_batch = 1;         // iterations per optimizer step; gradients are summed

  std::int64_t total_steps() const { return epochs * steps_per_epoch; }
};

class Stage2Step : public TrainingStep {
 public:
  // optimizer   over the two groups of parameter_groups(); the step sets their rates.
  // refinement  gets the prediction of every iteration; nullptr: labels stay. The caller keeps
  //             ownership.
  Stage2Step(Exec& exec, Network& network, std::unique_ptr<Optimizer> optimizer,
             const Stage2Params& params, LabelRefinement* refinement = nullptr);

  Queued<StepReport> queue(const data::Batch& batch, const TrainingPosition& position) override;
  // The same on tensors, of any type the network has, and without refinement.
  Queued<StepReport> queue(const Stage2Batch& batch, const TrainingPosition& position);
  using TrainingStep::operator();
  StepReport operator()(const Stage2Batch& batch, const TrainingPosition& position) {
    return queue(batch, position).report();
  }

  void start_epoch() override { gradients_.start_epoch(); }
  bool at_rest(std::int64_t steps) const override { return gradients_.at_rest(steps); }
  void set_trace(AuditTrace* trace) override { gradients_.set_trace(trace); }

  Network& network() override { return network_; }
  Optimizer& optimizer() override { return *optimizer_; }
  const Stage2Params& params() const { return params_; }
  // What the network predicted for the last batch that was queued, before the update: [N,h,w,1],
  // not on the tape.
  Tensor probabilities() const;

 private:
  Exec& exec_;
  Network& network_;
  std::unique_ptr<Optimizer> optimizer_;
  Stage2Params params_;
  GradientStep gradients_;
  LabelRefinement* refinement_;
  Tensor prediction_;
};

}  // namespace salix
