// `salix weights init`: the weights that training starts from, as a file.
#include <CLI/CLI.hpp>

#include "engine/io/result_paths.h"
#include "engine/io/weights.h"
#include "layers/modules/state_dict.h"
#include "models/weights/load_network.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

struct Request {
  std::string network, to, pretrain;
  std::uint64_t seed = 0;
  bool allow_partial = false;
};

// The same for a seed on every machine.
void init(const Request& request, const Output& output) {
  std::vector<std::filesystem::path> sources;
  if (!request.pretrain.empty()) sources.emplace_back(request.pretrain);
  io::check_result("weights init", request.to, sources);
  Exec exec(Device{}, {.seed = request.seed});
  std::unique_ptr<Network> network;
  if (request.pretrain.empty()) {
    network = make_network(exec, request.network);
  } else {
    LoadedNetwork loaded =
        load_network(exec, request.network, request.pretrain, request.allow_partial);
    output.err << "note: " << loaded.summary.report.loaded.size() << " tensors from "
               << request.pretrain << ", " << loaded.summary.report.missing.size()
               << " encoder tensors missing there have initial values\n";
    network = std::move(loaded.network);
  }
  const io::NamedArrays arrays = state_dict(*network);
  io::write_weights(request.to, arrays,
                    {{"layout", "NCHW, OIHW"}, {"seed", std::to_string(request.seed)}});
  output.out << request.to << ": " << request.network << ", " << arrays.size() << " tensors, seed "
             << request.seed << '\n';
}

}  // namespace

void add_weights_init(CLI::App& weights, const Output& output) {
  CLI::App* command =
      weights.add_subcommand("init", "writes a network's initial weights, as training starts");
  const auto request = std::make_shared<Request>();
  command->add_option("NET", request->network, "the network")
      ->required()
      ->check(CLI::IsMember(network_names()));
  command->add_option("TO", request->to, "the extension names the format")->required();
  command->add_option("--pretrain", request->pretrain, "encoder weights to start from")
      ->type_name("FILE");
  command->add_flag("--allow-partial", request->allow_partial,
                    "accept an encoder file that lacks tensors");
  command->add_option("--seed", request->seed, "of the random values")->capture_default_str();
  command->footer(
      "Examples:\n"
      "  salix weights init a2s a2s_initial.pth --seed 1\n"
      "  salix weights init a2s start.pth --pretrain moco_v2_200ep_pretrain.pth.tar");
  command->callback([request, output] { init(*request, output); });
}

}  // namespace salix::cli
