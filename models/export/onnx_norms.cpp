// batch_norm, group_norm and layer_norm, with the residual and the ReLU fused into them.
#include "models/export/onnx_ops.h"

namespace salix {
namespace {

// Not folded into the convolution before it: run times do that, and the initializers keep the
// names and values of the weight file.
std::string batch_norm(const TracedOp& op, OnnxGraph& graph) {
  if (op.attribute<bool>("training")) {
    throw NotSupported("export: batch_norm is exported with its running statistics; call eval()");
  }
  std::vector<std::string> inputs{graph.maps(op.inputs[0])};
  for (std::size_t i = 1; i < 5; ++i) inputs.push_back(graph.plain(op.inputs[i]));
  const auto eps = static_cast<float>(op.attribute<double>("eps"));
  std::string y = graph.node("BatchNormalization", inputs, {{"epsilon", eps}});
  const Tensor& residual = op.inputs[5];
  if (residual.defined()) y = graph.node("Add", {y, graph.maps(residual)});
  return y;
}

// Opset 17 has no group norm: each group becomes one channel of an instance norm.
std::string group_norm(const TracedOp& op, OnnxGraph& graph) {
  const Tensor& x = op.inputs[0];
  const std::int64_t groups = op.attribute<std::int64_t>("groups");
  const std::size_t count = static_cast<std::size_t>(groups);
  const std::string in_groups =
      graph.node("Reshape", {graph.maps(x), graph.integers({0, groups, -1})});
  const std::string ones = graph.floats(std::vector<float>(count, 1.0F), {groups});
  const std::string zeros = graph.floats(std::vector<float>(count, 0.0F), {groups});
  const auto eps = static_cast<float>(op.attribute<double>("eps"));
  const std::string normal =
      graph.node("InstanceNormalization", {in_groups, ones, zeros}, {{"epsilon", eps}});
  const std::string back =
      graph.node("Reshape", {normal, graph.integers({0, x.dim(3), x.dim(1), x.dim(2)})});
  const std::string scaled = graph.node("Mul", {back, graph.beside_maps(op.inputs[1])});
  return graph.node("Add", {scaled, graph.beside_maps(op.inputs[2])});
}

}  // namespace

bool export_norm(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  if (name == "layer_norm") {
    const auto eps = static_cast<float>(op.attribute<double>("eps"));
    const std::string y = graph.node(
        "LayerNormalization",
        {graph.plain(op.inputs[0]), graph.plain(op.inputs[1]), graph.plain(op.inputs[2])},
        {{"axis", -1}, {"epsilon", eps}});
    return done(op, graph, y, false);
  }
  if (name != "batch_norm" && name != "group_norm") return false;
  std::string y = name == "batch_norm" ? batch_norm(op, graph) : group_norm(op, graph);
  if (op.attribute<bool>("relu")) y = graph.node("Relu", {y});
  return done(op, graph, y, true);
}

}  // namespace salix
