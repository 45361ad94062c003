// The structure of exported files; tests/peers/onnx_parity.py compares what they compute.
#include "models/export/onnx_model.h"

#include <gmock/gmock.h>

#include "layers/functional/dropout.h"
#include "layers/functional/unary.h"
#include "layers/modules/init.h"
#include "layers/modules/state_dict.h"
#include "tests/models/export/toy_network.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#ifdef SALIX_WITH_ONNX
#include "tests/models/export/onnx_file.h"
#endif

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

#ifndef SALIX_WITH_ONNX
TEST(OnnxModel, SaysWhatIsMissing) {
  Exec exec;
  ToyNetwork toy(exec, [](const Tensor& x) { return relu(x); });
  EXPECT_FALSE(has_onnx());
  EXPECT_THAT(error_of([&] { export_onnx(toy, 32, "toy.onnx"); }), HasSubstr("libonnx-dev"));
  GTEST_SKIP() << "built without libonnx-dev: exported files are not tested";
}
#else

// "N" for the open batch.
std::vector<std::string> sizes(const onnx::ValueInfoProto& info) {
  std::vector<std::string> result;
  for (const auto& dim : info.type().tensor_type().shape().dim()) {
    result.push_back(dim.has_dim_param() ? dim.dim_param() : std::to_string(dim.dim_value()));
  }
  return result;
}

std::set<std::string> names(const auto& named) {
  std::set<std::string> result;
  for (const auto& item : named) result.insert(item.name());
  return result;
}

void expect_names_of_weight_file(const onnx::GraphProto& graph, const io::NamedArrays& state) {
  const std::set<std::string> initializers = names(graph.initializer());
  for (const io::NamedArray& entry : state) {
    const auto ends_with = [&](const char* end) { return entry.name.ends_with(end); };
    const bool never_executed = ends_with("fc.weight") || ends_with("fc.bias") ||
                                entry.name.find(".se.gn.") != std::string::npos ||
                                ends_with("num_batches_tracked") ||
                                ends_with("relative_position_index") || ends_with("attn_mask");
    EXPECT_EQ(initializers.contains(entry.name), !never_executed) << entry.name;
  }
  for (const onnx::TensorProto& initializer : graph.initializer()) {
    const io::Array* array = state.find(initializer.name());
    if (array == nullptr) continue;  // a constant
    EXPECT_THAT(initializer.dims(), ElementsAreArray(array->shape)) << initializer.name();
    const std::string bytes(reinterpret_cast<const char*>(array->data.data()), array->data.size());
    EXPECT_TRUE(initializer.raw_data() == bytes) << initializer.name();
  }
}

void expect_interface(const onnx::GraphProto& graph, const NetworkFacts& facts, int size) {
  EXPECT_EQ(names(graph.input()), std::set(facts.inputs.begin(), facts.inputs.end()));
  for (const auto& input : graph.input()) {
    EXPECT_THAT(sizes(input), ElementsAre("N", "3", str(size), str(size)));
  }
  const auto shape_of = [&](const std::string& name) {
    const auto& all = graph.output();
    const auto found = std::ranges::find(all, name, [](const auto& info) { return info.name(); });
    return found == all.end() ? std::vector<std::string>{} : sizes(*found);
  };
  if (facts.prediction == OutputKind::kClasses) {
    ASSERT_EQ(graph.output_size(), 1);
    EXPECT_THAT(shape_of("classes"), ElementsAre("N", "1000"));
    return;
  }
  const std::string prediction = facts.name == "sfnet" ? "classifier_div1" : "final";
  EXPECT_EQ(graph.output(0).name(), prediction + "_logits");
  EXPECT_EQ(graph.output(1).name(), prediction);
  const std::string side = str(facts.name == "midnet" ? size / 2 : size);
  EXPECT_THAT(shape_of(prediction), ElementsAre("N", "1", side, side));
  if (facts.name != "sfnet") return;
  EXPECT_THAT(shape_of("classifier_div16_logits"), ElementsAre("N", "1", "14", "14"));
  EXPECT_THAT(shape_of("embedding"), ElementsAre("N", "64", "56", "56"));
  EXPECT_THAT(shape_of("embedding_logits"), ::testing::IsEmpty());
}

class OnnxModel : public ::testing::TestWithParam<std::string> {};

TEST_P(OnnxModel, IsWellFormedAndNamesWhatTheWeightFileNames) {
  // One thread: among hundreds of small ops, most of them would only wait for each other.
  Exec exec(Device{}, {.threads = 1});
  const ScratchFolder folder;
  const init::SkipInit any_values(exec);
  const auto network = make_network(exec, GetParam());
  const int size = network->facts().fixed_size.value_or(64);
  const OnnxSummary summary = export_onnx(*network, size, folder / "net.onnx");
  const onnx::ModelProto model = read_onnx(folder / "net.onnx");
  const onnx::GraphProto& graph = model.graph();
  EXPECT_EQ(model.opset_import(0).version(), 17);
  EXPECT_EQ(model.producer_name(), "salix");
  EXPECT_EQ(summary.nodes, static_cast<std::size_t>(graph.node_size()));
  EXPECT_EQ(summary.outputs.size(), static_cast<std::size_t>(graph.output_size()));
  EXPECT_EQ(summary.bytes, std::filesystem::file_size(folder / "net.onnx"));
  expect_well_formed(graph);
  expect_interface(graph, network->facts(), size);
  expect_names_of_weight_file(graph, state_dict(*network));
  const bool of_tokens = std::ranges::any_of(graph.node(), [](const onnx::NodeProto& node) {
    return node.name().starts_with("window_attention");
  });
  // Maps stay channels-first from the first convolution to the last sum.
  for (const auto& node : graph.node()) {
    EXPECT_TRUE(of_tokens || node.op_type() != "Transpose") << node.name();
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, OnnxModel, ::testing::ValuesIn(network_names()),
                         [](const auto& test) { return test.param; });

TEST(OnnxExport, SaysWhichOpHasNoForm) {
  Exec exec;
  ScratchFolder folder;
  ToyNetwork toy(exec, [](const Tensor& x) { return dropout(x, {.p = 0.5, .training = true}); });
  EXPECT_THAT(error_of([&] { export_onnx(toy, 32, folder / "toy.onnx"); }),
              HasSubstr("'dropout' has no ONNX form"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  ToyNetwork wide(exec, [](const Tensor& x) { return relu(x.to(DType::kFloat64)); });
  EXPECT_THAT(error_of([&] { export_onnx(wide, 32, folder / "toy.onnx"); }),
              HasSubstr("takes float32 networks"));
}

#endif

}  // namespace
}  // namespace salix::testing
