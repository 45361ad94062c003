// matmul, softmax and argmax along the last axis, and sums over chosen axes.
#include <algorithm>
#include <numeric>

#include "models/export/onnx_ops.h"

namespace salix {
namespace {

using Integers = std::vector<std::int64_t>;

std::string matrix(OnnxGraph& graph, const Tensor& tensor, bool transpose) {
  std::string name = graph.plain(tensor);
  if (!transpose) return name;
  Integers order(static_cast<std::size_t>(tensor.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return graph.node("Transpose", {name}, {{"perm", order}});
}

}  // namespace

bool export_product(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  if (name == "matmul") {
    const std::string a = matrix(graph, op.inputs[0], op.attribute<bool>("transpose_a"));
    const std::string b = matrix(graph, op.inputs[1], op.attribute<bool>("transpose_b"));
    std::string y = graph.node("MatMul", {a, b});
    if (op.inputs[2].defined()) y = graph.node("Add", {y, graph.plain(op.inputs[2])});
    return done(op, graph, y, false);
  }
  if (name == "softmax" || name == "log_softmax") {
    const bool as_maps = graph.is_maps(op.inputs[0]);
    const std::string x = as_maps ? graph.maps(op.inputs[0]) : graph.plain(op.inputs[0]);
    const std::string y =
        graph.node(name == "softmax" ? "Softmax" : "LogSoftmax", {x}, {{"axis", as_maps ? 1 : -1}});
    return done(op, graph, y, as_maps);
  }
  if (name != "argmax") return false;
  const std::string y =
      graph.node("ArgMax", {graph.plain(op.inputs[0])}, {{"axis", -1}, {"keepdims", 0}});
  return done(op, graph, graph.node("Cast", {y}, {{"to", std::int64_t{onnx::TensorProto::INT32}}}),
              false);
}

bool export_reduce(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  if (name != "sum" && name != "mean") return false;
  const Tensor& x = op.inputs[0];
  Integers axes = op.attribute<Integers>("axes");
  const bool keeps = op.attribute<bool>("keep_axes");
  bool in_maps = graph.is_maps(x);
  if (in_maps && !keeps) {  // the axes that are left must be in our order
    std::vector<int> left;
    for (int axis = 0; axis < 4; ++axis) {
      if (std::ranges::count(axes, axis) == 0) left.push_back(axis_in_maps(axis));
    }
    in_maps = std::ranges::is_sorted(left);
  }
  if (in_maps) {
    for (std::int64_t& axis : axes) axis = axis_in_maps(static_cast<int>(axis));
    std::ranges::sort(axes);
  }
  const std::string in = in_maps ? graph.maps(x) : graph.plain(x);
  // The sum takes its axes as an input since opset 13, the mean from 18 on.
  const std::string y =
      name == "sum"
          ? graph.node("ReduceSum", {in, graph.integers(axes)}, {{"keepdims", std::int64_t{keeps}}})
          : graph.node("ReduceMean", {in}, {{"axes", axes}, {"keepdims", std::int64_t{keeps}}});
  return done(op, graph, y, in_maps && keeps);
}

}  // namespace salix
