// `salix graph`: the ops of a network's forward pass as a drawing.
#include <CLI/CLI.hpp>

#include "engine/io/atomic_file.h"
#include "engine/io/result_paths.h"
#include "layers/modules/init.h"
#include "models/export/graph_dot.h"
#include "tools/commands.h"
#include "train/inference/network_input.h"

namespace salix::cli {
namespace {

struct Request {
  std::string network, out;
  std::optional<int> size;
  int depth = 0;
};

constexpr int kSmallSize = 64;  // of a network of any size: the drawing is the same at all of them

void draw(const Request& request, const Output& output) {
  io::check_result("graph", request.out, std::span<const std::filesystem::path>{});
  const NetworkFacts& facts = network_facts(request.network);
  const int size = request.size.value_or(facts.fixed_size.value_or(kSmallSize));
  if (facts.fixed_size) check_input_size(facts, size);
  Exec exec;
  const init::SkipInit values_do_not_matter(exec);
  const std::unique_ptr<Network> network = make_network(exec, request.network);
  const TracedNetwork traced = trace_network(*network, size);
  io::write_file_atomically(request.out, io::bytes_of(graph_dot(traced, request.depth)));
  output.out << request.out << ": " << request.network << " at " << size << " x " << size << ", "
             << traced.ops.size() << " ops\n";
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
  command->add_option("--size", request->size,
                      "height and width of the image (default: 64, or the only size that the "
                      "network takes)");
  command
      ->add_option("--depth", request->depth,
                   "draw modules as boxes, 1: the network's parts, 2: theirs; 0: every op")
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  salix graph a2s -o a2s.dot\n"
      "  salix graph sfnet --depth 1 -o sfnet.dot\n"
      "  dot -Tsvg a2s.dot -o a2s.svg       # Graphviz draws it");
  command->callback([request, output] { draw(*request, output); });
}

}  // namespace salix::cli
