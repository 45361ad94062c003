#include "train/optimizers/parameter_groups.h"

#include <utility>

namespace salix {

std::vector<Optimizer::Group> parameter_groups(Network& network, double weight_decay) {
  std::vector<Optimizer::Group> groups;
  for (ParameterGroup& group : network.parameter_groups()) {
    groups.push_back({.parameters = std::move(group.parameters), .weight_decay = weight_decay});
  }
  return groups;
}

}  // namespace salix
