// One forward pass as a list of ops: what is in it, and what it refuses.
#include "models/export/traced_network.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "engine/autograd/observer.h"
#include "layers/functional/binary.h"
#include "layers/functional/permute.h"
#include "layers/functional/reduce.h"
#include "layers/modules/init.h"
#include "models/export/graph_dot.h"
#include "tests/models/export/toy_network.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> ops(const TracedNetwork& traced) {
  std::vector<std::string> names;
  for (const TracedOp& op : traced.ops) names.emplace_back(op.op);
  return names;
}

TEST(TraceNetwork, FindsTheAxisOfTheBatch) {
  Exec exec;
  ToyNetwork toy(exec, [](const Tensor& x) {
    const Tensor windows = permute(x.reshape({-1, 4, 8, 32, 3}), {1, 0, 2, 3, 4});
    const Tensor constant = Tensor::full(x.exec(), {4, 1, 1, 1, 1}, 2.0);
    return sum((windows * constant).reshape({-1, 8, 32, 3}), {3}, {.keep_axes = true});
  });
  const TracedNetwork traced = trace_network(toy, 32);
  ASSERT_THAT(ops(traced), ::testing::ElementsAre("reshape", "permute", "mul", "reshape", "sum"));
  std::vector<int> axes;
  for (const TracedOp& op : traced.ops) axes.push_back(op.batch_axis);
  EXPECT_THAT(axes, ::testing::ElementsAre(0, 1, 1, 0, 0));
  EXPECT_EQ(traced.inputs.front().tensor.shape(), (Shape{2, 32, 32, 3}));
}

TEST(TraceNetwork, RefusesAnOpThatWouldPassForAConstant) {
  Exec exec;
  ToyNetwork toy(exec, [](const Tensor& x) { return observed("secret", x.clone()); });
  EXPECT_THAT(error_of([&] { trace_network(toy, 32); }),
              HasSubstr("'secret' does not report itself"));
}

TEST(TraceNetwork, RefusesAGraphThatChangesWithTheBatch) {
  Exec exec;
  ToyNetwork more(exec, [](const Tensor& x) { return x.dim(0) == 1 ? x + 1.0 : x + 1.0 + 1.0; });
  EXPECT_THAT(error_of([&] { trace_network(more, 32); }), HasSubstr("1 for one image, 2 for two"));
  ToyNetwork squared(exec, [](const Tensor& x) {
    const Tensor pooled = mean(x, {1, 2, 3});
    return (pooled.reshape({-1, 1}) * pooled.reshape({1, -1})).reshape({1, -1, 1, 1});
  });
  EXPECT_THAT(error_of([&] { trace_network(squared, 32); }), HasSubstr("'mul' gives [1, 1]"));
}

TEST(TraceNetwork, RefusesASizeThatTheNetworkDoesNotTake) {
  Exec exec;
  const init::SkipInit any_values(exec);
  const auto network = make_network(exec, "localvit");
  EXPECT_THAT(error_of([&] { trace_network(*network, 320); }),
              HasSubstr("localvit takes images of 224 x 224 pixels alone; got 320"));
}

TEST(TraceNetwork, UndoesWhatInferencePrepared) {
  Exec exec;
  const init::SkipInit any_values(exec);
  const auto network = make_network(exec, "a2s");
  network->eval();
  network->prepare_inference();
  const std::vector<std::string> names = ops(trace_network(*network, 32));
  EXPECT_EQ(std::ranges::count(names, "conv2d_fused"), 0);
  EXPECT_EQ(std::ranges::count(names, "batch_norm"), 53);
  EXPECT_EQ(std::ranges::count(names, "upsampled_conv2d"), 1);
  EXPECT_EQ(op_trace(exec), nullptr);
  EXPECT_EQ(tape_observer(exec), nullptr);
}

TEST(GraphDot, DrawsOpsShapesAndParameters) {
  Exec exec;
  Tensor scale;
  ToyNetwork toy(exec, [&](const Tensor& x) {
    const Tensor y = x * scale.detach();
    const Tensor turned = y.reshape({-1, 3, 32, 32}).reshape({-1, 32, 32, 3});
    return sum(y + turned, {3}, {.keep_axes = true}).reshape({-1, 16, 64, 1});
  });
  scale = toy.scale;
  const std::string dot = graph_dot(trace_network(toy, 32));
  EXPECT_THAT(dot, AllOf(HasSubstr("toy, 3 parameters"), HasSubstr("image\\n[N, 32, 32, 3]"),
                         HasSubstr("op0 [label=\"mul\\n[N, 32, 32, 3]\\n3 parameters\"]"),
                         HasSubstr("op4 [label=\"sum\\n[N, 32, 32, 1]\"]"),
                         HasSubstr("op5 [label=\"reshape\\n[N, 16, 64, 1]\"]")));
  EXPECT_THAT(dot, AllOf(HasSubstr("image -> op0;"), HasSubstr("op0 -> op1;"),
                         HasSubstr("op1 -> op2;"), HasSubstr("op2 -> op3;"),
                         HasSubstr("op3 -> op4;"), HasSubstr("op5 -> out_final;")));
  EXPECT_THAT(dot, Not(HasSubstr("op1 -> op3;")));
}

TEST(GraphDot, FoldsModulesToBoxes) {
  Exec exec;
  const init::SkipInit any_values(exec);
  const auto network = make_network(exec, "cornet");
  const TracedNetwork traced = trace_network(*network, 32);
  const std::string dot = graph_dot(traced, 1);
  EXPECT_THAT(dot, AllOf(HasSubstr("op0 [label=\"encoder\\n[N, 1, 1, 2048]\\n107 ops\\n2350"),
                         HasSubstr("image -> op0 [label=\"[N, 32, 32, 3]\"];"),
                         HasSubstr("op0 -> op107 [label=\"[N, 8, 8, 256]\"];"),
                         HasSubstr("op107 [label=\"decoder\\n"), Not(HasSubstr("conv2d")),
                         HasSubstr("op153 [label=\"resize_bilinear\\n")));
  EXPECT_LT(std::ranges::count(dot, ';'), 40);
  EXPECT_THAT(graph_dot(traced, 2),
              AllOf(HasSubstr("encoder.layer1.0\\n"), HasSubstr("decoder.region\\n")));
  EXPECT_THAT(error_of([&] { graph_dot(traced, -1); }), HasSubstr("the depth must be 0"));
}

}  // namespace
}  // namespace salix::testing
