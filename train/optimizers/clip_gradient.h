// Clipping of the global gradient norm (torch.nn.utils.clip_grad_norm_).
#pragma once

#include <vector>

#include "layers/modules/module.h"

namespace salix {

// Scales all gradients by max_norm / (norm + 1e-6) when that is below 1, norm being the L2
// norm over all of them together; returns the norm. Parameters without a gradient do not
// count. A norm that is not a number makes every gradient so, as PyTorch does.
// Repeats   run_to_run: one sum per parameter, added up in the order of `parameters`.
// Errors    InvalidInput unless max_norm > 0 and all parameters are on one Exec.
double clip_gradient_norm(const std::vector<StateEntry>& parameters, double max_norm);

}  // namespace salix
