// Stage 1 as a training run sees it: the loader's batches in, a2s trained.
#pragma once

#include <optional>
#include <vector>

#include "train/loop/training_step.h"
#include "train/recipes/a2s/stage1_step.h"

namespace salix {

struct Stage1TrainingParams {
  Stage1Params step = {};        // encoder_rests is set by what is known of the samples
  std::optional<int> tune = {};  // instead of default_tune()
  int size = 320;                // of the batches
  std::uint64_t seed = 0;        // draws the second scales
};

class Stage1Training : public TrainingStep {
 public:
  // `samples`: those that the batches' indices mean.
  Stage1Training(Exec& exec, A2s& network, const std::vector<data::SampleFiles>& samples,
                 const Stage1TrainingParams& params);

  Queued<StepReport> queue(const data::Batch& batch, const TrainingPosition& position) override;
  void start_epoch() override { step_.gradients().start_epoch(); }
  bool at_rest(std::int64_t steps) const override { return step_.gradients().at_rest(steps); }
  void set_trace(AuditTrace* trace) override { step_.gradients().set_trace(trace); }
  Module& network() override { return step_.network(); }
  Optimizer& optimizer() override { return step_.optimizer(); }

  bool skips_encoder() const { return step_.skips_encoder(); }

 private:
  Exec& exec_;
  Stage1TrainingParams params_;
  std::vector<int> tune_;  // of each sample
  Stage1Step step_;
};

}  // namespace salix
