// SGD with momentum over groups of parameters.
#pragma once

#include <vector>

#include "train/optimizers/optimizer.h"

namespace salix {

struct SgdOptions {
  double momentum = 0.9;
  bool nesterov = false;  // the step looks one momentum ahead
};

// PyTorch's SGD: dampening 0. Its state is "velocity.<parameter>".
class Sgd : public Optimizer {
 public:
  explicit Sgd(std::vector<Group> groups, SgdOptions options = {});

 private:
  void update(const Update& update) override;

  SgdOptions options_;
};

}  // namespace salix
