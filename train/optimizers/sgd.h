// SGD with momentum over groups of parameters.
#pragma once

#include <vector>

#include "train/optimizers/optimizer.h"

namespace salix {

// PyTorch's SGD: dampening 0, no Nesterov. Its state is "velocity.<parameter>".
class Sgd : public Optimizer {
 public:
  explicit Sgd(std::vector<Group> groups, double momentum = 0.9);

 private:
  void update(const Update& update) override;

  double momentum_;
};

}  // namespace salix
