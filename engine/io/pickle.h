// A restricted reader of Python pickles, the format inside PyTorch's checkpoints.
// A pickle is a program for a small stack machine that can call any Python function. Here
// it builds a graph of plain values and nothing else. A "call" is only written down as a node, for
// globals with a meaning here; what another global makes is an object that nobody looks into.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/io/bytes.h"

namespace salix::io {

enum class PickleKind : std::uint8_t {
  kNone,
  kBool,        // integer() is 0 or 1
  kInt,         // integer()
  kBigInt,      // text(): the little-endian bytes of an integer beyond 64 bits
  kFloat,       // real()
  kString,      // text(), UTF-8
  kBytes,       // text(), any bytes
  kTuple,       // item(i)
  kList,        // item(i)
  kSet,         // item(i)
  kDict,        // key(i), value(i), in the order they were set
  kGlobal,      // text(): "module.name"
  kObject,      // text(): the global that would make it; what it holds is dropped
  kCall,        // text(): the global that would be called; item(i): its arguments
  kPersistent,  // item(0): the id of an object kept outside the pickle (a storage)
};
const char* name_of(PickleKind kind);

using PickleId = std::uint32_t;  // an index into the graph's nodes

struct PickleNode {
  PickleKind kind = PickleKind::kNone;
  std::variant<std::int64_t, double, std::string, std::vector<PickleId>> payload;
};

// Nodes live in one array and refer to each other by index, so that shared and deep
// structures cost neither recursion nor reference counts, and are freed at once.
struct PickleGraph {
  std::deque<PickleNode> nodes;
  PickleId root = 0;
};

// A node of a graph, which must outlive it. Asking for the wrong kind is an IoError.
class PickleValue {
 public:
  PickleValue(const PickleGraph& graph, PickleId id) : graph_(&graph), id_(id) {}
  explicit PickleValue(const PickleGraph& graph) : PickleValue(graph, graph.root) {}

  PickleId id() const { return id_; }
  PickleKind kind() const { return node().kind; }
  bool is(PickleKind wanted) const { return kind() == wanted; }
  std::int64_t integer() const;
  double real() const;
  std::string_view text() const;

  // Elements of a tuple, list or set; pairs of a dict; arguments of a call.
  std::size_t size() const;
  PickleValue item(std::size_t index) const;
  PickleValue key(std::size_t index) const;
  PickleValue value(std::size_t index) const;
  // The value of the dict's first entry with this string as its key.
  std::optional<PickleValue> find(std::string_view wanted) const;

 private:
  const PickleNode& node() const { return graph_->nodes[id_]; }
  const std::vector<PickleId>& children() const;
  PickleValue at(PickleId id) const { return {*graph_, id}; }

  const PickleGraph* graph_;
  PickleId id_;
};

// Runs one pickle from `in` up to and with its STOP.
//
// Globals   those in `known`, as "module.name", may be called (kCall). All others give objects: an
//           argparse.Namespace, a NumPy scalar, a date. One that takes items is a dict or list of
//           them (defaultdict, EasyDict), whatever else it is. Globals that reach outside the
//           pickle (os.system; pickle_globals.h) are an IoError that names them.
// Opcodes   those that protocols 2 to 5 use; others are refused by name.
// Result    acyclic and at most 64 levels deep, so that recursion over it is safe.
// Bounds    time and memory grow linearly with the pickle's length; at most 2^21 nodes
//           and 2^24 references between them, however they are declared.
PickleGraph read_pickle(ByteReader& in, std::span<const std::string_view> known);

}  // namespace salix::io
