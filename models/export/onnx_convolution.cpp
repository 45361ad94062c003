// conv2d, and upsampled_conv2d as what it means: Resize, Concat, Conv.
#include "models/export/onnx_ops.h"

namespace salix {
namespace {

using Integers = std::vector<std::int64_t>;

std::vector<std::string> conv_inputs(OnnxGraph& graph, const std::string& x, const Tensor& weight,
                                     const Tensor& bias) {
  std::vector<std::string> inputs{x, graph.maps(weight)};
  if (bias.defined()) inputs.push_back(graph.plain(bias));
  return inputs;
}

}  // namespace

bool export_convolution(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  if (name == "conv2d") {
    const auto& padding = op.attribute<Integers>("padding");
    const std::string y =
        graph.node("Conv", conv_inputs(graph, graph.maps(op.inputs[0]), op.inputs[1], op.inputs[2]),
                   {{"strides", op.attribute<Integers>("stride")},
                    {"pads", Integers{padding[0], padding[1], padding[0], padding[1]}},
                    {"dilations", op.attribute<Integers>("dilation")},
                    {"group", op.attribute<std::int64_t>("groups")}});
    return done(op, graph, y, true);
  }
  if (name != "upsampled_conv2d") return false;
  const std::size_t count = op.inputs.size() - 2;
  const Tensor& weight = op.inputs[count];
  std::vector<std::string> enlarged;
  for (std::size_t i = 0; i < count; ++i) {
    enlarged.push_back(onnx_resize(graph, op.inputs[i], op.output.dim(1), op.output.dim(2),
                                   op.attribute<bool>("align_corners")));
  }
  const std::string all =
      count == 1 ? enlarged.front() : graph.node("Concat", enlarged, {{"axis", 1}});
  const std::int64_t half = weight.dim(1) / 2;
  const std::string y = graph.node("Conv", conv_inputs(graph, all, weight, op.inputs[count + 1]),
                                   {{"pads", Integers{half, half, half, half}}});
  return done(op, graph, y, true);
}

}  // namespace salix
