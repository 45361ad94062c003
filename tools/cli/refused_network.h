// Networks that a command has no use for.
#pragma once

#include "models/network.h"

namespace CLI {
class App;
}

namespace salix::cli {

// Whether it gives a saliency map, and not scores of classes.
inline bool gives_maps(const NetworkFacts& network) {
  return network.prediction == OutputKind::kMap;
}

// A hidden subcommand of `parent` with the network's name: whatever follows, it is refused in one
// sentence that says why, and what the network works with (InvalidInput).
void add_refused_network(CLI::App& parent, const NetworkFacts& network);

}  // namespace salix::cli
