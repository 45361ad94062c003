// From a loss to changed weights: what every training does after its forward pass.
#pragma once

#include <cstdint>
#include <memory>

#include "train/audit_trace.h"
#include "train/gradient_averager.h"
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
      : network_(network), optimizer_(optimizer), params_(params) {}

  // Backward pass; and when `step`, counted from 1 over the whole run, is the last of ave_batch
  // iterations: the mean over all ranks, clipping, the optimizer, and no gradients any more.
  // Returns the norm before clipping, 0 when nothing was clipped.
  double operator()(const Tensor& loss, std::int64_t step);

  void start_epoch() { network_.clear_grad(); }
  bool at_rest(std::int64_t steps) const { return steps % params_.ave_batch == 0; }
  void set_trace(AuditTrace* trace) { trace_ = trace; }

 private:
  // nullptr: alone.
  GradientAverager* averager_over_ranks(Exec& exec);

  Module& network_;
  Optimizer& optimizer_;
  GradientStepParams params_;
  AuditTrace* trace_ = nullptr;
  std::unique_ptr<GradientAverager> averager_;  // made by the first step, over several ranks
};

}  // namespace salix
