// A network of three tensors: enough to have layouts, norms and buffers.
#pragma once

#include "layers/modules/module.h"
#include "tests/support/tensors.h"

namespace salix::testing {

class SmallNetwork : public Module {
 public:
  explicit SmallNetwork(Exec& exec, std::uint64_t seed = 1)
      : conv(random_tensor(exec, {4, 3, 3, 2}, seed)),
        gamma(random_tensor(exec, {4}, seed + 1)),
        running_mean(random_tensor(exec, {4}, seed + 2)) {
    add_parameter("conv.weight", conv, FileLayout::kConvWeight);
    add_norm_parameter("norm.weight", gamma);
    add_norm_buffer("norm.running_mean", running_mean);
  }

  // Gradients as a backward pass would leave them, different for every `seed`.
  void draw_gradients(std::uint64_t seed) {
    for (const StateEntry& entry : parameters()) {
      entry.tensor->set_grad(random_tensor(entry.tensor->exec(), entry.tensor->shape(), seed++));
    }
  }

  Tensor conv, gamma, running_mean;
};

}  // namespace salix::testing
