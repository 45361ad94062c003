// `salix graph`: a traced network as a drawing for Graphviz.
#pragma once

#include <string>

#include "models/export/traced_network.h"

namespace salix {

// A DOT digraph from top to bottom: a box per op with the shape of its result ([N,H,W,C], N the
// batch) and the number of parameters it reads; rounded boxes for inputs and outputs. Constants
// are not drawn.
// `depth` above 0: a box per module at this depth of the weight file's names (module_paths.h) with
// the number of its ops, and a box per op that belongs to none; arrows say the shapes.
// Errors    InvalidInput for a depth below 0.
std::string graph_dot(const TracedNetwork& traced, int depth = 0);

}  // namespace salix
