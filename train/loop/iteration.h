// One iteration of any training: forward, backward, the mean over the ranks, the update. It is
// queued, and its numbers are read later: the device need not stand still while the host reads a
// loss, and the host prepares the next iteration meanwhile.
#pragma once

#include <memory>

#include "train/audit/audit_trace.h"
#include "train/loop/gradient_averager.h"
#include "train/loop/step_guard.h"
#include "train/loop/step_summary.h"
#include "train/loop/training_step.h"

namespace salix {

class Iteration {
 public:
  // Both must outlive this.
  Iteration(Exec& exec, TrainingStep& step);

  // Leaves weights, optimizer and running statistics as after the iteration at `position`.
  // `batch` must stay until its finish().
  QueuedStep queue(const data::Batch& batch, const TrainingPosition& position);
  QueuedStep queue(const StepInput& input, const TrainingPosition& position);
  StepSummary operator()(const StepInput& input, const TrainingPosition& position) {
    return queue(input, position).finish();
  }

  // Gradients that were not yet used are dropped, unless the update rule carries them over.
  void start_epoch() {
    if (!step_.update().params().carry) step_.network().clear_grad();
  }
  // Writes the gradients of every iteration; nullptr: none. The caller keeps ownership.
  void set_trace(AuditTrace* trace) { trace_ = trace; }

 private:
  // Backward pass and, at rest, the update; returns the gradients' norm, [] or undefined.
  Tensor descend(const Tensor& total, std::int64_t number);
  // nullptr: alone.
  GradientAverager* averager_over_ranks();
  // For a loss that was not finite: the optimizer's counts are those of before, and what comes
  // next counts again.
  void take_back(const Optimizer::StepCounts& before);

  Exec& exec_;
  TrainingStep& step_;
  StepGuard guard_;
  AuditTrace* trace_ = nullptr;
  std::unique_ptr<GradientAverager> averager_;  // made by the first update, over several ranks
};

}  // namespace salix
