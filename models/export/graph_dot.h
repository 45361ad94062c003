// `salix graph`: a traced network as a drawing for Graphviz.
#pragma once

#include <string>

#include "models/export/traced_network.h"

namespace salix {

// A DOT digraph from top to bottom: a box per op with the shape of its result ([N,H,W,C], N the
// batch) and the number of parameters it reads; rounded boxes for inputs and outputs. Constants
// are not drawn.
std::string graph_dot(const TracedNetwork& traced);

}  // namespace salix
