#include "train/optimizers/update_rule.h"

#include "train/optimizers/clip_gradient.h"
#include "train/optimizers/make_optimizer.h"
#include "train/optimizers/parameter_groups.h"

namespace salix {
namespace {

std::vector<std::string> names_of(Network& network) {
  std::vector<std::string> names;
  for (const ParameterGroup& group : network.parameter_groups()) names.push_back(group.name);
  return names;
}

}  // namespace

UpdateRule::UpdateRule(std::unique_ptr<Optimizer> optimizer, std::vector<std::string> names,
                       UpdateRuleParams params)
    : optimizer_(std::move(optimizer)), names_(std::move(names)), params_(params) {
  SALIX_CHECK(optimizer_->groups().size() == names_.size(),
              "update rule: needs a name for each of ", optimizer_->groups().size(),
              " groups; got ", names_.size());
  SALIX_CHECK(params_.ave_batch >= 1, "update rule: an update takes at least 1 iteration; got ",
              params_.ave_batch);
}

UpdateRule::UpdateRule(Network& network, const std::string& optimizer, double weight_decay,
                       UpdateRuleParams params)
    : UpdateRule(make_optimizer(optimizer, parameter_groups(network, weight_decay)),
                 names_of(network), params) {}

void UpdateRule::set_rates(const std::vector<double>& rates) {
  SALIX_CHECK(rates.size() == names_.size(), "update rule: there are ", names_.size(),
              " groups; got ", rates.size(), " rates");
  for (std::size_t g = 0; g < rates.size(); ++g) optimizer_->groups()[g].learning_rate = rates[g];
}

Tensor UpdateRule::apply(const std::vector<StateEntry>& parameters, const Tensor& frozen) {
  GradientClip clip;
  if (params_.clip_gradient > 0) clip = clip_gradient_norm(parameters, params_.clip_gradient);
  optimizer_->step({.gradient_scale = clip.coefficient,
                    .frozen = frozen,
                    .gradient_limit = params_.clamp_gradient});
  return clip.norm;
}

}  // namespace salix
