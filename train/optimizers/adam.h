// Adam and AdamW over groups of parameters.
#pragma once

#include <cstdint>
#include <vector>

#include "train/optimizers/optimizer.h"

namespace salix {

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  bool decoupled_weight_decay = false;  // AdamW: the weight decay stays out of the moments
};

// PyTorch's Adam: weight decay in the gradient (L2), no AMSGrad; or its AdamW. The state of both is
// "first_moment.<parameter>", "second_moment.<parameter>" and "step.<parameter>", an int64:
// how many steps the parameter has had, which the bias correction needs. A parameter without
// gradient is not counted on.
class Adam : public Optimizer {
 public:
  explicit Adam(std::vector<Group> groups, AdamOptions options = {});
  io::NamedArrays save() const override;
  void check(const io::NamedArrays& state) const override;
  void load(const io::NamedArrays& state) override;

 private:
  // What the base class does not know of: the steps. The rest is its own to check.
  struct State {
    StepCounts steps;
    io::NamedArrays rest;
  };
  State split(const io::NamedArrays& state) const;
  void update(const Update& update) override;

  AdamOptions options_;
};

}  // namespace salix
