// From a loss to changed weights: what every training does around its forward pass.
#pragma once

#include <cstdint>
#include <memory>

#include "train/audit/audit_trace.h"
#include "train/loop/gradient_averager.h"
#include "train/loop/step_guard.h"
#include "train/optimizers/optimizer.h"

namespace salix {

struct GradientStepParams {
  double clip_gradient = 0;  // largest L2 norm over all gradients together; 0: off
  int ave_batch = 1;         // iterations per optimizer step; gradients are summed
};

class GradientStep {
 public:
  // Both must outlive this.
  GradientStep(Module& network, Optimizer& optimizer, GradientStepParams params)
      : network_(network), optimizer_(optimizer), params_(params), guard_(network) {}

  // Before the forward pass.
  void begin() { guard_.begin(); }
  // Backward pass; and when `step`, counted from 1 over the whole run, is the last of ave_batch
  // iterations: the mean over all ranks, clipping, the optimizer, and no gradients any more.
  // Nothing waits for the device. From a loss that is not finite on, all this changes nothing.
  // Returns the norm before clipping, []; undefined when nothing was clipped.
  Tensor operator()(const Tensor& loss, std::int64_t step);

  // For whoever has read the loss of an iteration and found it not finite: the optimizer's counts
  // are those of before it, and what comes next counts again.
  void take_back(const Optimizer::StepCounts& before);

  void start_epoch() { network_.clear_grad(); }
  bool at_rest(std::int64_t steps) const { return steps % params_.ave_batch == 0; }
  void set_trace(AuditTrace* trace) { trace_ = trace; }

 private:
  // nullptr: alone.
  GradientAverager* averager_over_ranks(Exec& exec);

  Module& network_;
  Optimizer& optimizer_;
  GradientStepParams params_;
  StepGuard guard_;
  AuditTrace* trace_ = nullptr;
  std::unique_ptr<GradientAverager> averager_;  // made by the first step, over several ranks
};

}  // namespace salix
