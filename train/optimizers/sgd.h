// SGD with momentum over groups of parameters.
#pragma once

#include <vector>

#include "kernels/sgd/sgd.h"
#include "layers/modules/module.h"

namespace salix {

// PyTorch's SGD: dampening 0, no Nesterov. Parameters without a gradient are skipped
// entirely: no weight decay, no momentum.
class Sgd {
 public:
  struct Group {
    std::vector<StateEntry> parameters;
    double learning_rate = 0;
    double weight_decay = 0;
    double momentum = 0.9;
  };

  explicit Sgd(std::vector<Group> groups);
  void step();
  std::vector<Group>& groups() { return groups_; }

 private:
  std::vector<Group> groups_;
  std::vector<std::vector<Tensor>> velocities_;  // undefined until a parameter's first step
};

}  // namespace salix
