// How gradients become changed weights: the optimizer, the names of its groups, clipping or
// clamping, and how many iterations one update is made of.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/network.h"
#include "train/optimizers/optimizer.h"

namespace salix {

struct UpdateRuleParams {
  double clip_gradient = 0;   // largest L2 norm over all gradients together; 0: off
  int ave_batch = 1;          // iterations per update; their gradients are summed
  bool average = false;       // or averaged
  double clamp_gradient = 0;  // largest magnitude of an element, after clipping; 0: off
  // Gradients that wait at the end of an epoch count in the next one; else they are dropped.
  bool carry = false;
};

class UpdateRule {
 public:
  // `names`: of the optimizer's groups, for the log.
  UpdateRule(std::unique_ptr<Optimizer> optimizer, std::vector<std::string> names,
             UpdateRuleParams params);
  // The groups of `network`, all with one weight decay; optimizers by name as make_optimizer().
  UpdateRule(Network& network, const std::string& optimizer, double weight_decay,
             UpdateRuleParams params);

  Optimizer& optimizer() { return *optimizer_; }
  const UpdateRuleParams& params() const { return params_; }
  const std::vector<std::string>& names() const { return names_; }

  // One rate per group. InvalidInput for another number of them.
  void set_rates(const std::vector<double>& rates);
  // Whether an update ends iteration number `steps`, counted from 1 over the whole run: then no
  // gradients wait, and a checkpoint holds everything.
  bool at_rest(std::int64_t steps) const { return steps % params_.ave_batch == 0; }

  // Clipping and the optimizer, over `parameters` that have gradients. While `frozen` [] is not 0
  // nothing changes. Returns the norm before clipping, []; undefined when nothing was clipped.
  Tensor apply(const std::vector<StateEntry>& parameters, const Tensor& frozen);

 private:
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<std::string> names_;
  UpdateRuleParams params_;
};

}  // namespace salix
