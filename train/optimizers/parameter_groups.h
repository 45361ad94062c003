// A network's groups of parameters, as an optimizer takes them.
#pragma once

#include <vector>

#include "models/network.h"
#include "train/optimizers/optimizer.h"

namespace salix {

// Those of network.parameter_groups(), in their order, all with `weight_decay`; the rates are 0
// until a step sets them.
std::vector<Optimizer::Group> parameter_groups(Network& network, double weight_decay);

}  // namespace salix
