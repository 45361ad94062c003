// The two groups of parameters with a learning rate each: encoders, and all the rest.
#pragma once

#include <vector>

#include "models/network.h"
#include "train/optimizers/optimizer.h"

namespace salix {

// Group 0: the parameters of network.encoders() (a2s, cornet: "encoder."; midnet: "encoder." and
// "t_net."). Group 1: the rest. Both with `weight_decay`; the rates are 0 until a step sets them.
std::vector<Optimizer::Group> parameter_groups(SaliencyNetwork& network, double weight_decay);

}  // namespace salix
