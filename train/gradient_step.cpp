#include "train/gradient_step.h"

#include "engine/autograd/tape.h"
#include "train/optimizers/clip_gradient.h"

namespace salix {

double GradientStep::operator()(const Tensor& loss, std::int64_t step) {
  backward(loss);
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
