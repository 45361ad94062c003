// `salix train NET`: trains a network by a recipe. The network's own recipe is the default.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "tools/cli/recipe_flags.h"
#include "tools/cli/refused_network.h"
#include "tools/train/run_training.h"

namespace salix::cli {
namespace {

std::string examples(const NetworkFacts& network, const TrainingRequest& training) {
  const bool own = training.recipe_name == network.default_recipe;
  const std::string start =
      str("  salix train ", network.name, own ? "" : str(" --recipe ", training.recipe_name),
          " --trset ", network.default_task, ' ', training.recipe->example());
  return str("Examples:\n", start, '\n', start, " --steps 20\n", start, " --resume");
}

}  // namespace

void add_train(CLI::App& app, const Output& output) {
  CLI::App* train = app.add_subcommand("train", "trains a network");
  train->require_subcommand(1);
  for (const std::string& name : network_names()) {
    const NetworkFacts& network = network_facts(name);
    if (!gives_maps(network) || network.default_recipe.empty()) {
      add_refused_network(*train, network);
      continue;
    }
    const auto flags =
        std::make_shared<TrainFlags>(name, recipe_of(output.command, network.default_recipe));
    CLI::App* command =
        train->add_subcommand(name, "recipe " + network.default_recipe + " unless told");
    add_train_options(*command, *flags);
    command->footer(examples(network, flags->training));
    command->callback([flags, output, command] {
      warn_of_ignored(*command, output.err);
      run_training(*flags, output);
      output.out << flags->training.folder().string() << '\n';
    });
  }
}

}  // namespace salix::cli
