// Which module of a network each traced op belongs to, by the names of weight files.
#pragma once

#include <string>
#include <vector>

#include "models/export/traced_network.h"

namespace salix {

// Per op of `traced` the first `depth` parts of its module's name, "layers.0" being one part, and
// without what all names begin with. An op belongs to the module whose parameters it reads; one
// that reads none belongs where all who read its result are. "": to no module.
std::vector<std::string> module_paths(const TracedNetwork& traced, int depth);

}  // namespace salix
