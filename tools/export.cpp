// `salix export`: a network as an ONNX file for other run times.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "engine/io/result_paths.h"
#include "models/export/onnx_model.h"
#include "models/weights/load_network.h"
#include "tools/cli/common_options.h"
#include "tools/commands.h"
#include "train/inference/network_input.h"

namespace salix::cli {
namespace {

struct Request {
  CommonOptions common;
  std::string network, weight, out;
  std::optional<int> size;
  bool allow_partial = false;
};

void export_network(const Request& request, const Output& output) {
  io::check_result("export", request.out, request.weight);
  const NetworkFacts& facts = network_facts(request.network);
  const int size = request.size.value_or(default_input_size(facts));
  if (facts.fixed_size) check_input_size(facts, size);
  const std::unique_ptr<Exec> exec = make_exec(request.common);
  LoadedNetwork loaded =
      load_network(*exec, request.network, request.weight, request.allow_partial);
  if (!loaded.summary.whole_network) {
    output.err << "note: " << request.weight
               << " is an encoder only; the decoder has initial values from seed "
               << request.common.seed << '\n';
  }
  const OnnxSummary summary = export_onnx(*loaded.network, size, request.out);
  if (request.common.json) {
    const nlohmann::ordered_json result{{"file", request.out},
                                        {"network", request.network},
                                        {"size", size},
                                        {"nodes", summary.nodes},
                                        {"initializers", summary.initializers},
                                        {"inputs", summary.inputs},
                                        {"outputs", summary.outputs},
                                        {"bytes", summary.bytes}};
    output.out << io::json_text(result) << '\n';
  } else {
    output.out << request.out << ": " << request.network << " at " << size << " x " << size << ", "
               << summary.nodes << " nodes, " << summary.initializers << " initializers, "
               << summary.bytes / 1'000'000 << " MB\n";
  }
}

}  // namespace

void add_export(CLI::App& app, const Output& output) {
  CLI::App* command = app.add_subcommand("export", "a network as an ONNX file (opset 17)");
  const auto request = std::make_shared<Request>();
  add_common_options(*command, request->common);
  command->add_option("NET", request->network, "the network")
      ->required()
      ->check(CLI::IsMember(network_names()));
  command->add_option("--weight", request->weight, "its weights, in any format")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--out", request->out, "the file to write")->required()->type_name("FILE");
  command->add_option("--size", request->size,
                      "height and width of the images (default: 320, or the only size that the "
                      "network takes); the batch is open");
  command->add_flag("--allow-partial", request->allow_partial,
                    "accept an encoder file that lacks tensors");
  command->footer(
      "Examples:\n"
      "  salix export a2s --weight a2s_base_20.pth -o a2s.onnx\n"
      "  salix export a2s --weight a2s_base_20.pth -o a2s_640.onnx --size 640");
  command->callback([request, output] { export_network(*request, output); });
}

}  // namespace salix::cli
