// Proves that a pickle's graph is acyclic and shallow, without recursion.
#include <algorithm>

#include "engine/io/pickle_machine.h"

namespace salix::io {
namespace {

constexpr std::size_t kDeepest = 64;

}  // namespace

// Depth-first from the root. A node's height (1 + its highest child's) is known when all its
// children are, so every node is expanded once: linear even where values are shared so
// often that the graph, written out as a tree, would not fit any memory.
void check_pickle_shape(const PickleGraph& graph, const std::string& source) {
  enum : std::uint8_t { kNew = 0, kOpen = 255 };  // else: the height
  struct Visit {
    PickleId id;
    std::size_t next_child;
    std::size_t height;
  };
  static_assert(kDeepest < kOpen);
  std::vector<std::uint8_t> state(graph.nodes.size(), kNew);
  std::vector<Visit> path{{graph.root, 0, 1}};
  state[graph.root] = kOpen;

  while (!path.empty()) {
    if (path.size() > kDeepest || path.back().height > kDeepest) {
      throw IoError(str(source, ": the pickle nests values deeper than ", kDeepest, " levels"));
    }
    Visit& visit = path.back();
    const auto* children = std::get_if<std::vector<PickleId>>(&graph.nodes[visit.id].payload);
    if (children == nullptr || visit.next_child == children->size()) {
      const std::size_t height = visit.height;
      state[visit.id] = static_cast<std::uint8_t>(height);
      path.pop_back();
      if (!path.empty()) path.back().height = std::max(path.back().height, height + 1);
      continue;
    }
    const PickleId child = (*children)[visit.next_child++];
    if (state[child] == kOpen)
      throw IoError(source + ": the pickle is cyclic (a value contains itself)");
    if (state[child] == kNew) {
      state[child] = kOpen;
      path.push_back({child, 0, 1});
    } else {
      visit.height = std::max<std::size_t>(visit.height, state[child] + std::size_t{1});
    }
  }
}

}  // namespace salix::io
