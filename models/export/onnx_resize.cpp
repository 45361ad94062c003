// resize_bilinear.
#include "models/export/onnx_ops.h"

namespace salix {

// By sizes, not scales: a scale rounded to float can lose a pixel. They include N and C, which
// are read from x so that the batch stays open.
std::string onnx_resize(OnnxGraph& graph, const Tensor& x, std::int64_t height, std::int64_t width,
                        bool align_corners) {
  std::string name = graph.maps(x);
  if (x.dim(1) == height && x.dim(2) == width) return name;
  const std::string batch_and_channels = graph.node("Shape", {name}, {{"end", 2}});
  const std::string sizes =
      graph.node("Concat", {batch_and_channels, graph.integers({height, width})}, {{"axis", 0}});
  const char* mode = align_corners ? "align_corners" : "half_pixel";
  return graph.node("Resize", {name, "", "", sizes},
                    {{"mode", "linear"}, {"coordinate_transformation_mode", mode}});
}

bool export_resize(const TracedOp& op, OnnxGraph& graph) {
  if (std::string_view(op.op) != "resize_bilinear") return false;
  const std::string y = onnx_resize(graph, op.inputs[0], op.output.dim(1), op.output.dim(2),
                                    op.attribute<bool>("align_corners"));
  return done(op, graph, y, true);
}

}  // namespace salix
