// The ONNX form of each op of layers/functional, by families.
#pragma once

#include <string_view>

#include "models/export/onnx_graph.h"

namespace salix {

// Adds the nodes that compute op.output from op.inputs. Each function knows the ops of its family
// and returns false for others.
// Errors    NotSupported for a use of the op that has no form in opset 17 here.
using OnnxFamily = bool(const TracedOp& op, OnnxGraph& graph);
OnnxFamily export_convolution, export_norm, export_pool, export_resize, export_unary, export_binary,
    export_product, export_reduce, export_axes, export_attention;

// What resize_bilinear and upsampled_conv2d share: x, enlarged or shrunk, as maps.
std::string onnx_resize(OnnxGraph& graph, const Tensor& x, std::int64_t height, std::int64_t width,
                        bool align_corners);

// What slice, roll and window_attention share: entries starts..ends of the named axes, and what
// leaves an axis of `size` entries on one side entering on the other.
std::string onnx_cut(OnnxGraph& graph, const std::string& x,
                     const std::vector<std::int64_t>& starts, const std::vector<std::int64_t>& ends,
                     const std::vector<std::int64_t>& axes);
std::string onnx_roll(OnnxGraph& graph, const std::string& x, std::int64_t axis, std::int64_t size,
                      std::int64_t shift);

// Ends an op: the result has the order that `name` has been computed in.
inline bool done(const TracedOp& op, OnnxGraph& graph, const std::string& name, bool as_maps) {
  as_maps ? graph.set_maps(op.output, name) : graph.set_plain(op.output, name);
  return true;
}

}  // namespace salix
