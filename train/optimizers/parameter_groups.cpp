#include "train/optimizers/parameter_groups.h"

#include <algorithm>

namespace salix {

std::vector<Optimizer::Group> parameter_groups(SaliencyNetwork& network, double weight_decay) {
  const std::vector<NamedEncoder> encoders = network.encoders();
  std::vector<Optimizer::Group> groups(2, {.parameters = {}, .weight_decay = weight_decay});
  for (const StateEntry& entry : network.parameters()) {
    const bool in_encoder = std::any_of(
        encoders.begin(), encoders.end(),
        [&](const NamedEncoder& encoder) { return entry.name.starts_with(encoder.prefix); });
    groups[in_encoder ? 0 : 1].parameters.push_back(entry);
  }
  return groups;
}

}  // namespace salix
