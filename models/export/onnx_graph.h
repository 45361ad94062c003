// Writing an ONNX graph: nodes and constants by name, and the tensors of a trace in the axis
// order that each node wants.
//
// ONNX's maps are [N,C,H,W], ours [N,H,W,C]. A tensor of four axes therefore exists in one of two
// orders or in both: "plain", our own, and "maps", channels-first. What a convolution makes is
// maps, and stays so through everything that does not care; a Transpose comes in only where an op
// needs the other order.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/export/onnx_proto.h"
#include "models/export/traced_network.h"

namespace salix {

struct OnnxAttribute {
  OnnxAttribute(const char* name, std::int64_t value);
  OnnxAttribute(const char* name, int value) : OnnxAttribute(name, std::int64_t{value}) {}
  OnnxAttribute(const char* name, float value);
  OnnxAttribute(const char* name, const char* value);
  OnnxAttribute(const char* name, const std::vector<std::int64_t>& values);

  onnx::AttributeProto proto;
};

class OnnxGraph {
 public:
  // Parameters and constants become initializers of `graph` when a node first reads them.
  OnnxGraph(onnx::GraphProto& graph, const TracedNetwork& traced);

  // Names of the nodes to come start with this: "conv2d_12".
  void begin_op(const std::string& name) { op_ = name; }

  // Adds a node and returns the name of its result. An empty input name: not given.
  std::string node(const char* type, const std::vector<std::string>& inputs,
                   const std::vector<OnnxAttribute>& attributes = {});
  // The same with a name of the caller's for the result.
  void named_node(const char* type, const std::vector<std::string>& inputs, const std::string& name,
                  const std::vector<OnnxAttribute>& attributes = {});
  std::string integers(const std::vector<std::int64_t>& values);  // one axis
  std::string integers(const std::vector<std::int64_t>& values, const Shape& shape);
  std::string floats(const std::vector<float>& values, const Shape& shape);
  std::string number(double value) { return floats({static_cast<float>(value)}, {}); }

  // The name of `tensor` in one of the orders; a tensor that no op has made is a constant.
  std::string plain(const Tensor& tensor);
  std::string maps(const Tensor& tensor);
  // As it broadcasts against maps: [C] as [C,1,1], [H,W,C] as [1,C,H,W].
  std::string beside_maps(const Tensor& tensor);
  bool is_maps(const Tensor& tensor);  // whether it exists channels-first

  void set_plain(const Tensor& tensor, const std::string& name);
  void set_maps(const Tensor& tensor, const std::string& name);

 private:
  struct Value {
    Tensor tensor;
    const StateEntry* state = nullptr;  // of a parameter or buffer that no node has read yet
    std::string plain = {}, maps = {};
  };
  Value* find(const Tensor& tensor);
  Value& known(const Tensor& tensor);
  std::string constant(onnx::TensorProto tensor);

  onnx::GraphProto& graph_;
  std::string op_;
  std::map<const void*, std::vector<Value>> values_;  // by address, then by shape: a reshape
  std::map<std::string, int> used_names_;
  std::map<std::string, std::string> constants_;  // name by content
};

// NotSupported for types that an exported network does not have.
onnx::TensorProto::DataType onnx_dtype(DType dtype);

// Where axis `axis` of [N,H,W,C] is in [N,C,H,W].
int axis_in_maps(int axis);

}  // namespace salix
