#include "train/gradient_step.h"

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

double GradientStep::operator()(const Tensor& loss, std::int64_t step) {
  GradientAverager* const averager = at_rest(step) ? averager_over_ranks(loss.exec()) : nullptr;
  if (averager != nullptr) averager->begin();
  backward(loss);
  if (averager != nullptr) averager->finish();
  if (trace_ != nullptr) trace_->gradients(network_);
  if (!at_rest(step)) return 0;
  double norm = 0;
  if (params_.clip_gradient > 0) {
    norm = clip_gradient_norm(network_.parameters(), params_.clip_gradient);
  }
  optimizer_.step();
  network_.clear_grad();
  return norm;
}

}  // namespace salix
