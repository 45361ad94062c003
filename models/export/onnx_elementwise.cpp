// Functions of one and of two values, where, and convert: in whichever order their inputs are.
#include <algorithm>
#include <array>
#include <numbers>

#include "models/export/onnx_ops.h"

namespace salix {
namespace {

struct Names {
  std::string_view ours;
  const char* onnx;
};

// One node each, without attributes.
constexpr std::array kUnary{Names{"relu", "Relu"},  Names{"sigmoid", "Sigmoid"},
                            Names{"abs", "Abs"},    Names{"exp", "Exp"},
                            Names{"log", "Log"},    Names{"sqrt", "Sqrt"},
                            Names{"negate", "Neg"}, Names{"hardswish", "HardSwish"}};
constexpr std::array kBinary{Names{"add", "Add"}, Names{"sub", "Sub"},     Names{"mul", "Mul"},
                             Names{"div", "Div"}, Names{"minimum", "Min"}, Names{"maximum", "Max"}};
constexpr std::array kMasks{Names{"greater", "Greater"}, Names{"greater_equal", "GreaterOrEqual"},
                            Names{"less", "Less"}, Names{"less_equal", "LessOrEqual"},
                            Names{"equal", "Equal"}};

template <typename Table>
const char* look_up(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Names::ours);
  return found == table.end() ? nullptr : found->onnx;
}

std::string cast(OnnxGraph& graph, const std::string& x, onnx::TensorProto::DataType type) {
  return graph.node("Cast", {x}, {{"to", std::int64_t{type}}});
}

// x times the normal distribution function; ONNX has Gelu from opset 20 on.
std::string gelu(OnnxGraph& graph, const std::string& x) {
  const std::string scaled = graph.node("Mul", {x, graph.number(1 / std::numbers::sqrt2)});
  const std::string shifted = graph.node("Add", {graph.node("Erf", {scaled}), graph.number(1)});
  return graph.node("Mul", {graph.node("Mul", {x, graph.number(0.5)}), shifted});
}

std::string affine(OnnxGraph& graph, std::string x, double scale, double shift) {
  if (scale != 1) x = graph.node("Mul", {x, graph.number(scale)});
  if (shift != 0) x = graph.node("Add", {x, graph.number(shift)});
  return x;
}

// The inputs in one order, that of maps if one of them is in it.
struct Operands {
  std::vector<std::string> names;
  bool are_maps = false;
};

Operands operands(const std::vector<Tensor>& inputs, OnnxGraph& graph) {
  Operands result;
  const auto is_maps = [&](const Tensor& tensor) { return graph.is_maps(tensor); };
  const auto fits = [](const Tensor& tensor) { return tensor.rank() <= 4; };
  result.are_maps = std::ranges::any_of(inputs, is_maps) && std::ranges::all_of(inputs, fits);
  for (const Tensor& input : inputs) {
    result.names.push_back(result.are_maps ? graph.beside_maps(input) : graph.plain(input));
  }
  return result;
}

}  // namespace

bool export_unary(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  const bool as_maps = graph.is_maps(op.inputs[0]);
  const auto x = [&] { return as_maps ? graph.maps(op.inputs[0]) : graph.plain(op.inputs[0]); };
  const auto parameter = [&](const char* key) { return op.attribute<double>(key); };
  std::string y;
  if (const char* type = look_up(kUnary, name)) {
    y = graph.node(type, {x()});
  } else if (name == "gelu") {
    y = gelu(graph, x());
  } else if (name == "square") {
    y = graph.node("Mul", {x(), x()});
  } else if (name == "pow") {
    y = graph.node("Pow", {x(), graph.number(parameter("exponent"))});
  } else if (name == "clamp") {
    y = graph.node("Clip", {x(), graph.number(parameter("low")), graph.number(parameter("high"))});
  } else if (name == "affine") {
    y = affine(graph, x(), parameter("scale"), parameter("shift"));
  } else if (name == "reciprocal") {
    y = graph.node("Div", {graph.number(parameter("scale")), x()});
  } else if (name == "convert") {
    y = cast(graph, x(), onnx_dtype(op.output.dtype()));
  } else {
    return false;
  }
  return done(op, graph, y, as_maps);
}

bool export_binary(const TracedOp& op, OnnxGraph& graph) {
  const std::string_view name = op.op;
  const char* type = look_up(kBinary, name);
  const char* mask = look_up(kMasks, name);
  if (type == nullptr && mask == nullptr && name != "where") return false;
  Operands in = operands(op.inputs, graph);
  std::string y;
  if (type != nullptr) {
    y = graph.node(type, in.names);
  } else if (mask != nullptr) {
    y = cast(graph, graph.node(mask, in.names), onnx::TensorProto::FLOAT);
  } else {
    in.names[0] = cast(graph, in.names[0], onnx::TensorProto::BOOL);
    y = graph.node("Where", in.names);
  }
  return done(op, graph, y, in.are_maps);
}

}  // namespace salix
