// max_pool2d, avg_pool2d, and the two adaptive pools, whose bins are fixed by the sizes.
#include "kernels/common/pool_window.h"
#include "models/export/onnx_ops.h"

namespace salix {
namespace {

using Integers = std::vector<std::int64_t>;

// The bins of one axis: bin i holds [floor(i in/out), ceil((i+1) in/out)).
struct Bins {
  std::int64_t in, out;

  std::int64_t begin(std::int64_t i) const { return i * in / out; }
  std::int64_t end(std::int64_t i) const { return ((i + 1) * in + out - 1) / out; }
  bool even() const { return in % out == 0; }
  std::int64_t longest() const {
    std::int64_t size = 0;
    for (std::int64_t i = 0; i < out; ++i) size = std::max(size, end(i) - begin(i));
    return size;
  }
};

std::string even_pool(OnnxGraph& graph, const char* type, const std::string& x, std::int64_t h,
                      std::int64_t w) {
  return graph.node(type, {x}, {{"kernel_shape", Integers{h, w}}, {"strides", Integers{h, w}}});
}

// Bins of one length side by side: a short one repeats its last pixel, which no maximum minds.
std::string side_by_side(OnnxGraph& graph, const std::string& x, const Bins& bins, int axis) {
  if (bins.even()) return x;
  Integers index;
  for (std::int64_t i = 0; i < bins.out; ++i) {
    for (std::int64_t k = 0; k < bins.longest(); ++k) {
      index.push_back(std::min(bins.begin(i) + k, bins.end(i) - 1));
    }
  }
  return graph.node("Gather", {x, graph.integers(index)}, {{"axis", axis}});
}

std::string adaptive_max(OnnxGraph& graph, const std::string& x, const Bins& rows,
                         const Bins& columns) {
  const std::string taller = side_by_side(graph, x, rows, 2);
  const std::string wider = side_by_side(graph, taller, columns, 3);
  return even_pool(graph, "MaxPool", wider, rows.longest(), columns.longest());
}

// Uneven means are a product with a fixed matrix on each side.
std::string means(OnnxGraph& graph, const Bins& bins, bool transposed) {
  std::vector<float> matrix(static_cast<std::size_t>(bins.in * bins.out), 0.0F);
  for (std::int64_t i = 0; i < bins.out; ++i) {
    for (std::int64_t k = bins.begin(i); k < bins.end(i); ++k) {
      const std::int64_t place = transposed ? k * bins.out + i : i * bins.in + k;
      matrix[static_cast<std::size_t>(place)] =
          1.0F / static_cast<float>(bins.end(i) - bins.begin(i));
    }
  }
  return graph.floats(matrix, transposed ? Shape{bins.in, bins.out} : Shape{bins.out, bins.in});
}

std::string adaptive_mean(OnnxGraph& graph, const std::string& x, const Bins& rows,
                          const Bins& columns) {
  if (rows.even() && columns.even()) {
    return even_pool(graph, "AveragePool", x, rows.longest(), columns.longest());
  }
  const std::string shorter = graph.node("MatMul", {means(graph, rows, false), x});
  return graph.node("MatMul", {shorter, means(graph, columns, true)});
}

}  // namespace

bool export_pool(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  const bool strided = name == "max_pool2d" || name == "avg_pool2d";
  if (!strided && name != "adaptive_max_pool2d" && name != "adaptive_avg_pool2d") return false;
  const Tensor& x = op.inputs[0];
  const std::string in = graph.maps(x);
  if (strided) {
    const auto& padding = op.attribute<Integers>("padding");
    std::vector<OnnxAttribute> attributes{
        {"kernel_shape", op.attribute<Integers>("kernel")},
        {"strides", op.attribute<Integers>("stride")},
        {"pads", Integers{padding[0], padding[1], padding[0], padding[1]}}};
    if (name == "avg_pool2d") {
      attributes.push_back(
          {"count_include_pad", std::int64_t{op.attribute<bool>("count_include_pad")}});
    }
    const char* type = name == "max_pool2d" ? "MaxPool" : "AveragePool";
    return done(op, graph, graph.node(type, {in}, attributes), true);
  }
  const Bins rows{x.dim(1), op.output.dim(1)}, columns{x.dim(2), op.output.dim(2)};
  return done(op, graph,
              name == "adaptive_max_pool2d" ? adaptive_max(graph, in, rows, columns)
                                            : adaptive_mean(graph, in, rows, columns),
              true);
}

}  // namespace salix
