// `salix graph`: the ops of a network's forward pass as a drawing.
#include <CLI/CLI.hpp>

#include "engine/io/atomic_file.h"
#include "engine/io/result_paths.h"
#include "layers/modules/init.h"
#include "models/export/graph_dot.h"
#include "tools/commands.h"

namespace salix::cli {
namespace {

struct Request {
  std::string network, out;
  int size = 64;
};

void draw(const Request& request, const Output& output) {
  io::check_result("graph", request.out, std::span<const std::filesystem::path>{});
  Exec exec;
  const init::SkipInit values_do_not_matter(exec);
  const std::unique_ptr<Network> network = make_network(exec, request.network);
  const TracedNetwork traced = trace_network(*network, request.size);
  io::write_file_atomically(request.out, io::bytes_of(graph_dot(traced)));
  output.out << request.out << ": " << request.network << " at " << request.size << " x "
             << request.size << ", " << traced.ops.size() << " ops\n";
}

}  // namespace

void add_graph(CLI::App& app, const Output& output) {
  CLI::App* command =
      app.add_subcommand("graph", "the ops of a network's forward pass, for Graphviz");
  const auto request = std::make_shared<Request>();
  command->add_option("NET", request->network, "the network")
      ->required()
      ->check(CLI::IsMember(network_names()));
  command->add_option("-o,--out", request->out, "the .dot file to write")
      ->required()
      ->type_name("FILE");
  command->add_option("--size", request->size, "height and width of the image")
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  salix graph a2s -o a2s.dot\n"
      "  dot -Tsvg a2s.dot -o a2s.svg       # Graphviz draws it");
  command->callback([request, output] { draw(*request, output); });
}

}  // namespace salix::cli
