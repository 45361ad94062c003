#include "train/loop/gradient_step.h"

#include "engine/autograd/tape.h"
#include "train/optimizers/clip_gradient.h"

namespace salix {

// Not in the constructor: only with the first loss is it known which parameters are trained.
GradientAverager* GradientStep::averager_over_ranks(Exec& exec) {
  Communicator* const communicator = exec.extension<Ranks>().communicator;
  if (communicator != nullptr && !averager_) {
    averager_ = std::make_unique<GradientAverager>(*communicator, network_.parameters());
  }
  return averager_.get();
}

Tensor GradientStep::operator()(const Tensor& loss, std::int64_t step) {
  GradientAverager* const averager = at_rest(step) ? averager_over_ranks(loss.exec()) : nullptr;
  guard_.check(loss);
  if (averager != nullptr) averager->begin();
  backward(loss);
  if (averager != nullptr) averager->finish();
  if (trace_ != nullptr) trace_->gradients(network_);
  GradientClip clip;
  if (at_rest(step)) {
    if (params_.clip_gradient > 0) {
      clip = clip_gradient_norm(network_.parameters(), params_.clip_gradient);
    }
    optimizer_.step({.gradient_scale = clip.coefficient, .frozen = guard_.frozen()});
    network_.clear_grad();
  }
  guard_.end();
  return clip.norm;
}

void GradientStep::take_back(const Optimizer::StepCounts& before) {
  optimizer_.set_step_counts(before);
  network_.clear_grad();
  guard_.thaw();
}

}  // namespace salix
