#include "models/export/onnx_graph.h"

#include <algorithm>
#include <array>
#include <utility>

#include "layers/modules/state_dict.h"

namespace salix {
namespace {

const std::vector<std::int64_t> kToMaps{0, 3, 1, 2}, kToPlain{0, 2, 3, 1};

onnx::TensorProto tensor_proto(const io::Array& array) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx_dtype(array.dtype));
  for (const std::int64_t size : array.shape) tensor.add_dims(size);
  tensor.set_raw_data(array.data.data(), array.data.size());
  return tensor;
}

onnx::AttributeProto typed(const char* name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto proto;
  proto.set_name(name);
  proto.set_type(type);
  return proto;
}

}  // namespace

onnx::TensorProto::DataType onnx_dtype(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return onnx::TensorProto::FLOAT;
    case DType::kInt32:
      return onnx::TensorProto::INT32;
    case DType::kInt64:
      return onnx::TensorProto::INT64;
    default:
      throw NotSupported(str("export: takes float32 networks; got a tensor of ", dtype));
  }
}

int axis_in_maps(int axis) {
  constexpr std::array<int, 4> kPlaces{0, 2, 3, 1};
  return kPlaces.at(static_cast<std::size_t>(axis));
}

OnnxAttribute::OnnxAttribute(const char* name, std::int64_t value)
    : proto(typed(name, onnx::AttributeProto::INT)) {
  proto.set_i(value);
}

OnnxAttribute::OnnxAttribute(const char* name, float value)
    : proto(typed(name, onnx::AttributeProto::FLOAT)) {
  proto.set_f(value);
}

OnnxAttribute::OnnxAttribute(const char* name, const char* value)
    : proto(typed(name, onnx::AttributeProto::STRING)) {
  proto.set_s(value);
}

OnnxAttribute::OnnxAttribute(const char* name, const std::vector<std::int64_t>& values)
    : proto(typed(name, onnx::AttributeProto::INTS)) {
  for (const std::int64_t value : values) proto.add_ints(value);
}

OnnxGraph::OnnxGraph(onnx::GraphProto& graph, const TracedNetwork& traced) : graph_(graph) {
  for (const NamedInput& input : traced.inputs) set_maps(input.tensor, input.name);
  for (const StateEntry& entry : traced.state) {
    values_[entry.tensor->view().data].push_back({.tensor = *entry.tensor, .state = &entry});
  }
}

void OnnxGraph::named_node(const char* type, const std::vector<std::string>& inputs,
                           const std::string& name, const std::vector<OnnxAttribute>& attributes) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(type);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(name);
  for (const OnnxAttribute& attribute : attributes) *node.add_attribute() = attribute.proto;
}

std::string OnnxGraph::node(const char* type, const std::vector<std::string>& inputs,
                            const std::vector<OnnxAttribute>& attributes) {
  std::string name = str(op_, "/", type);
  const int count = ++used_names_[name];
  if (count > 1) name += str("_", count);
  named_node(type, inputs, name, attributes);
  return name;
}

std::string OnnxGraph::constant(onnx::TensorProto tensor) {
  std::string& name = constants_[tensor.SerializeAsString()];
  if (name.empty()) {
    name = str("constant_", constants_.size());
    tensor.set_name(name);
    *graph_.add_initializer() = std::move(tensor);
  }
  return name;
}

std::string OnnxGraph::integers(const std::vector<std::int64_t>& values) {
  return integers(values, {static_cast<std::int64_t>(values.size())});
}

std::string OnnxGraph::integers(const std::vector<std::int64_t>& values, const Shape& shape) {
  return constant(tensor_proto(io::Array::from<std::int64_t>(shape, values)));
}

std::string OnnxGraph::floats(const std::vector<float>& values, const Shape& shape) {
  return constant(tensor_proto(io::Array::from<float>(shape, values)));
}

OnnxGraph::Value* OnnxGraph::find(const Tensor& tensor) {
  std::vector<Value>& same_memory = values_[tensor.view().data];
  const auto found = std::ranges::find_if(same_memory, [&](const Value& value) {
    return value.tensor.shape() == tensor.shape() && value.tensor.dtype() == tensor.dtype();
  });
  return found == same_memory.end() ? nullptr : &*found;
}

OnnxGraph::Value& OnnxGraph::known(const Tensor& tensor) {
  Value* value = find(tensor);
  if (value == nullptr) {
    set_plain(tensor, constant(tensor_proto(to_array(tensor))));
    return *find(tensor);
  }
  if (value->state != nullptr) {
    const StateEntry& entry = *std::exchange(value->state, nullptr);
    onnx::TensorProto initializer = tensor_proto(to_array(tensor, entry.layout));
    initializer.set_name(entry.name);
    *graph_.add_initializer() = std::move(initializer);
    (entry.layout == FileLayout::kConvWeight ? value->maps : value->plain) = entry.name;
  }
  return *value;
}

std::string OnnxGraph::plain(const Tensor& tensor) {
  Value& value = known(tensor);
  if (value.plain.empty()) value.plain = node("Transpose", {value.maps}, {{"perm", kToPlain}});
  return value.plain;
}

std::string OnnxGraph::maps(const Tensor& tensor) {
  if (tensor.rank() != 4) {
    throw NotSupported(str("export: ", op_, " is exported for [N,H,W,C]; got ", tensor.shape()));
  }
  Value& value = known(tensor);
  if (value.maps.empty()) value.maps = node("Transpose", {value.plain}, {{"perm", kToMaps}});
  return value.maps;
}

std::string OnnxGraph::beside_maps(const Tensor& tensor) {
  if (tensor.rank() == 4) return maps(tensor);
  if (tensor.numel() == 1) return plain(tensor);
  const std::string name = plain(tensor);
  if (tensor.rank() == 1) return node("Unsqueeze", {name, integers({1, 2})});
  std::vector<std::int64_t> leading;
  for (int axis = 0; axis < 4 - tensor.rank(); ++axis) leading.push_back(axis);
  return node("Transpose", {node("Unsqueeze", {name, integers(leading)})}, {{"perm", kToMaps}});
}

bool OnnxGraph::is_maps(const Tensor& tensor) {
  return tensor.rank() == 4 && !known(tensor).maps.empty();
}

void OnnxGraph::set_plain(const Tensor& tensor, const std::string& name) {
  values_[tensor.view().data].push_back({.tensor = tensor, .plain = name});
}

void OnnxGraph::set_maps(const Tensor& tensor, const std::string& name) {
  values_[tensor.view().data].push_back({.tensor = tensor, .maps = name});
}

}  // namespace salix
