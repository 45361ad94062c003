// reshape and permute, and what cuts and joins along axes: concat, slice, pad, roll, gather.
#include <algorithm>
#include <limits>

#include "models/export/onnx_ops.h"

namespace salix {
namespace {

using Integers = std::vector<std::int64_t>;

// A tensor in the order it exists in, and its axes there.
struct Ordered {
  std::string name;
  bool is_maps;

  std::int64_t axis(int ours) const { return is_maps ? axis_in_maps(ours) : ours; }
};

Ordered ordered(OnnxGraph& graph, const Tensor& tensor) {
  const bool is_maps = graph.is_maps(tensor);
  return {is_maps ? graph.maps(tensor) : graph.plain(tensor), is_maps};
}

bool reshape(const TracedOp& op, OnnxGraph& graph) {
  Integers sizes(op.output.shape().begin(), op.output.shape().end());
  if (op.batch_axis >= 0) sizes[static_cast<std::size_t>(op.batch_axis)] = -1;
  const std::string x = graph.plain(op.inputs[0]);
  return done(op, graph, graph.node("Reshape", {x, graph.integers(sizes)}), false);
}

bool permute(const TracedOp& op, OnnxGraph& graph) {
  const Ordered x = ordered(graph, op.inputs[0]);
  Integers order = op.attribute<Integers>("order");
  for (std::int64_t& source : order) source = x.axis(static_cast<int>(source));
  return done(op, graph, graph.node("Transpose", {x.name}, {{"perm", order}}), false);
}

bool concat(const TracedOp& op, OnnxGraph& graph) {
  const bool as_maps =
      std::ranges::any_of(op.inputs, [&](const Tensor& x) { return graph.is_maps(x); });
  std::vector<std::string> inputs;
  for (const Tensor& x : op.inputs) inputs.push_back(as_maps ? graph.maps(x) : graph.plain(x));
  const int axis = static_cast<int>(op.attribute<std::int64_t>("axis"));
  const std::int64_t along = as_maps ? axis_in_maps(axis) : axis;
  return done(op, graph, graph.node("Concat", inputs, {{"axis", along}}), as_maps);
}

bool slice(const TracedOp& op, OnnxGraph& graph) {
  const Ordered x = ordered(graph, op.inputs[0]);
  Integers starts, ends, axes;
  for (int axis = 0; axis < op.output.rank(); ++axis) {
    if (op.output.dim(axis) == op.inputs[0].dim(axis)) continue;
    if (axis == op.batch_axis) {
      throw NotSupported("export: a slice that depends on the size of the batch has no ONNX form");
    }
    const std::int64_t start = op.attribute<Integers>("starts")[static_cast<std::size_t>(axis)];
    starts.push_back(start);
    ends.push_back(start + op.output.dim(axis));
    axes.push_back(x.axis(axis));
  }
  return done(op, graph, axes.empty() ? x.name : onnx_cut(graph, x.name, starts, ends, axes),
              x.is_maps);
}

bool pad(const TracedOp& op, OnnxGraph& graph) {
  const Ordered x = ordered(graph, op.inputs[0]);
  const auto& before = op.attribute<Integers>("before");
  const auto& after = op.attribute<Integers>("after");
  Integers pads(2 * before.size());
  for (std::size_t axis = 0; axis < before.size(); ++axis) {
    const auto place = static_cast<std::size_t>(x.axis(static_cast<int>(axis)));
    pads[place] = before[axis];
    pads[before.size() + place] = after[axis];
  }
  const std::string value = graph.number(op.attribute<double>("value"));
  return done(op, graph, graph.node("Pad", {x.name, graph.integers(pads), value}), x.is_maps);
}

bool roll(const TracedOp& op, OnnxGraph& graph) {
  const Ordered x = ordered(graph, op.inputs[0]);
  std::string y = x.name;
  for (const int axis : {1, 2}) {
    const std::int64_t shift = op.attribute<std::int64_t>(axis == 1 ? "shift_h" : "shift_w");
    y = onnx_roll(graph, y, x.axis(axis), op.output.dim(axis), shift);
  }
  return done(op, graph, y, x.is_maps);
}

}  // namespace

std::string onnx_cut(OnnxGraph& graph, const std::string& x, const Integers& starts,
                     const Integers& ends, const Integers& axes) {
  return graph.node("Slice",
                    {x, graph.integers(starts), graph.integers(ends), graph.integers(axes)});
}

std::string onnx_roll(OnnxGraph& graph, const std::string& x, std::int64_t axis, std::int64_t size,
                      std::int64_t shift) {
  const std::int64_t first = ((-shift) % size + size) % size;  // the entry that comes to 0
  if (first == 0) return x;
  return graph.node(
      "Concat",
      {onnx_cut(graph, x, {first}, {size}, {axis}), onnx_cut(graph, x, {0}, {first}, {axis})},
      {{"axis", axis}});
}

bool export_axes(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  if (name == "reshape") return reshape(op, graph);
  if (name == "permute") return permute(op, graph);
  if (name == "concat") return concat(op, graph);
  if (name == "slice") return slice(op, graph);
  if (name == "pad") return pad(op, graph);
  if (name == "roll") return roll(op, graph);
  if (name != "gather") return false;
  const std::string y =
      graph.node("Gather", {graph.plain(op.inputs[0]), graph.plain(op.inputs[1])}, {{"axis", 0}});
  return done(op, graph, y, false);
}

}  // namespace salix
