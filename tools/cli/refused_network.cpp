#include "tools/cli/refused_network.h"

#include <CLI/CLI.hpp>

#include "engine/error.h"

namespace salix::cli {

void add_refused_network(CLI::App& parent, const NetworkFacts& network) {
  CLI::App* command = parent.add_subcommand(network.name)->group("")->prefix_command();
  const std::string reason = gives_maps(network)
                                 ? " is trained by no recipe"
                                 : " is a classifier, with scores of classes and no saliency map";
  command->callback([sentence = str(parent.get_name(), ": ", network.name, reason,
                                    "; it works with test, audit step, export, graph and weights "
                                    "init")] { throw InvalidInput(sentence); });
}

}  // namespace salix::cli
