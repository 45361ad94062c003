// Clipping of the global gradient norm (torch.nn.utils.clip_grad_norm_).
#pragma once

#include <vector>

#include "layers/modules/module.h"

namespace salix {

// Both [], on the parameters' device, so that nobody waits for them. Undefined when no
// parameter has a gradient.
struct GradientClip {
  Tensor norm;         // the L2 norm over all gradients together
  Tensor coefficient;  // min(1, max_norm / (norm + 1e-6)): Optimizer::Controls::gradient_scale
};

// Parameters without a gradient do not count. A norm that is not a number makes the coefficient
// so, and with it every gradient, as PyTorch does.
// Repeats   run_to_run: one sum per parameter, added up in the order of `parameters`.
// Errors    InvalidInput unless max_norm > 0 and all parameters are on one Exec.
GradientClip clip_gradient_norm(const std::vector<StateEntry>& parameters, double max_norm);

}  // namespace salix
