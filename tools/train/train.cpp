// `salix train NET`: stage 1 (a2s) learns from photographs without labels and makes pseudo labels;
// stage 2 learns from these.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "models/network.h"
#include "tools/train/train_network.h"

namespace salix::cli {
namespace {

const char* examples(const std::string& network) {
  if (network == "a2s") {
    return "Examples:\n"
           "  salix train a2s --trset c --pretrain moco_v2_200ep_pretrain.pth.tar --data-path "
           "dataset\n"
           "  salix train a2s --trset c --train-set c=photos --epochs 4 --batch 4\n"
           "  salix train a2s --trset cdot --sub joint --resume";
  }
  if (network == "cornet") {
    return "Examples:\n"
           "  salix train cornet --pretrain moco_v2_200ep_pretrain.pth.tar --data-path dataset "
           "--vals ce\n"
           "  salix train cornet --trset c --olr --resume";
  }
  return "Examples:\n"
         "  salix train midnet --trset t --pretrain moco_v2_200ep_pretrain.pth.tar --vals te\n"
         "  salix train midnet --trset d --train-set d=my-rgbd --epochs 20";
}

}  // namespace

void add_train(CLI::App& app, const Output& output) {
  CLI::App* train = app.add_subcommand("train", "trains a network");
  train->require_subcommand(1);
  for (const std::string& network : network_names()) {
    const auto request = std::make_shared<TrainRequest>(network);
    CLI::App* command = train->add_subcommand(
        network, request->stage() == 1 ? "stage 1, without labels" : "stage 2, from pseudo labels");
    add_train_options(*command, *request);
    command->footer(examples(network));
    command->callback([request, output, command] {
      warn_of_ignored(*command, output.err);
      train_network(*request, output);
      output.out << request->folder() << '\n';
    });
  }
}

}  // namespace salix::cli
