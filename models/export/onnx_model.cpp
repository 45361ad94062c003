#include "models/export/onnx_model.h"

#include <array>

#include "engine/io/atomic_file.h"
#include "engine/version.h"
#include "models/export/onnx_ops.h"

namespace salix {
namespace {

constexpr std::int64_t kOpset = 17, kIrVersion = 8;  // the pair of ONNX 1.12

constexpr std::array kFamilies{export_convolution, export_norm,     export_pool,    export_resize,
                               export_unary,       export_binary,   export_product, export_reduce,
                               export_axes,        export_attention};

void add_ops(const TracedNetwork& traced, OnnxGraph& graph) {
  for (std::size_t i = 0; i < traced.ops.size(); ++i) {
    const TracedOp& op = traced.ops[i];
    graph.begin_op(str(op.op, "_", i));
    bool known = false;
    for (OnnxFamily* family : kFamilies) known = known || family(op, graph);
    if (!known) throw NotSupported(str("export: the op '", op.op, "' has no ONNX form here"));
  }
}

// [N,H,W,C] of the trace as [N,C,H,W], other shapes as they are; with the batch open.
void declare(onnx::ValueInfoProto& info, const std::string& name, const Tensor& tensor) {
  info.set_name(name);
  onnx::TypeProto::Tensor& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  onnx::TensorShapeProto& shape = *type.mutable_shape();
  shape.add_dim()->set_dim_param("N");
  const std::vector<int> axes = tensor.rank() == 4 ? std::vector{3, 1, 2} : std::vector{1};
  for (const int axis : axes) shape.add_dim()->set_dim_value(tensor.dim(axis));
}

void add_metadata(onnx::ModelProto& model, const TracedNetwork& traced, int size) {
  const std::string pixels = str(size, " x ", size);
  std::vector<std::pair<const char*, std::string>> facts{
      {"network", traced.name},
      {"image", str("RGB, ", pixels, ", divided by 255, minus mean, divided by std")},
      {"mean", "0.485, 0.456, 0.406"},
      {"std", "0.229, 0.224, 0.225"}};
  if (traced.inputs.size() > 1) {
    facts.emplace_back("modality", str("depth, optical flow or thermal, ", pixels, ", 0..1"));
  }
  for (const auto& [key, value] : facts) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
}

// A map before and after the sigmoid; features and scores of classes as they are.
void add_output(const NamedOutput& output, OnnxGraph& graph, onnx::GraphProto& proto) {
  const Tensor& tensor = output.tensor;
  const bool is_map = salix::is_map(output.kind);
  const std::string first = is_map ? output.name + "_logits" : output.name;
  graph.named_node("Identity", {tensor.rank() == 4 ? graph.maps(tensor) : graph.plain(tensor)},
                   first);
  declare(*proto.add_output(), first, tensor);
  if (!is_map) return;
  graph.named_node("Sigmoid", {first}, output.name);
  declare(*proto.add_output(), output.name, tensor);
}

onnx::ModelProto make_model(const TracedNetwork& traced, int size) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.add_opset_import()->set_version(kOpset);
  model.set_producer_name("salix");
  model.set_producer_version(kVersion);
  const bool classifies = traced.outputs.front().kind == OutputKind::kClasses;
  model.set_doc_string(str(traced.name, ", ",
                           classifies ? "image classification" : "salient object detection",
                           "; see metadata_props"));
  add_metadata(model, traced, size);

  onnx::GraphProto& proto = *model.mutable_graph();
  proto.set_name(traced.name);
  for (const NamedInput& input : traced.inputs) {
    declare(*proto.add_input(), input.name, input.tensor);
  }
  OnnxGraph graph(proto, traced);
  add_ops(traced, graph);
  graph.begin_op("outputs");
  for (const NamedOutput& output : traced.outputs) add_output(output, graph, proto);
  return model;
}

}  // namespace

bool has_onnx() { return true; }

OnnxSummary export_onnx(Network& network, int size, const std::filesystem::path& path) {
  io::AtomicFile file(path);  // first: a path that cannot be written costs no forward pass
  const onnx::ModelProto model = make_model(trace_network(network, size), size);
  const std::string bytes = model.SerializeAsString();
  SALIX_CHECK(!bytes.empty(), "export: protobuf cannot write more than 2 GiB into one file");
  file.write(bytes);
  file.commit();

  const onnx::GraphProto& graph = model.graph();
  OnnxSummary summary{.nodes = static_cast<std::size_t>(graph.node_size()),
                      .initializers = static_cast<std::size_t>(graph.initializer_size()),
                      .inputs = {},
                      .outputs = {},
                      .bytes = bytes.size()};
  for (const auto& input : graph.input()) summary.inputs.push_back(input.name());
  for (const auto& output : graph.output()) summary.outputs.push_back(output.name());
  return summary;
}

}  // namespace salix
