// The trace of ops: what is in it, and when.
#include "engine/autograd/op_trace.h"

#include <gmock/gmock.h>

#include "engine/autograd/tape.h"

namespace salix {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Tensor constant(Exec& exec, double value) { return Tensor::full(exec, {1}, value); }

Tensor scale(const Tensor& x, double factor) {
  Tensor y = constant(x.exec(), factor * x.item());
  trace_op("scale", {x, Tensor()}, y,
           {{"factor", factor},
            {"checked", true},
            {"rank", std::int64_t{x.rank()}},
            {"sizes", std::vector<std::int64_t>(x.shape().begin(), x.shape().end())}});
  return y;
}

// Two scales that the trace shows as one op.
Tensor scale_twice(const Tensor& x) {
  Tensor y;
  {
    const UntracedScope parts(x.exec());
    y = scale(scale(x, 2), 2);
  }
  trace_op("scale_twice", std::vector<Tensor>{x}, y);
  return y;
}

class Tracing : public ::testing::Test {
 protected:
  Tracing() { set_op_trace(exec, &trace); }
  std::vector<std::string> ops() const {
    std::vector<std::string> names;
    for (const OpRecord& record : trace) names.emplace_back(record.op);
    return names;
  }
  Exec exec;
  OpTrace trace;
};

TEST_F(Tracing, KeepsInputsOutputAndAttributes) {
  const Tensor x = constant(exec, 5);
  const Tensor y = scale(x, 3);
  ASSERT_THAT(trace, SizeIs(1));
  const OpRecord& record = trace.front();
  EXPECT_STREQ(record.op, "scale");
  ASSERT_THAT(record.inputs, SizeIs(2));
  EXPECT_TRUE(record.inputs[0].same_memory(x));
  EXPECT_FALSE(record.inputs[1].defined());
  EXPECT_TRUE(record.output.same_memory(y));
  EXPECT_EQ(record.attribute<double>("factor"), 3);
  EXPECT_TRUE(record.attribute<bool>("checked"));
  EXPECT_EQ(record.attribute<std::int64_t>("rank"), 1);
  EXPECT_THAT(record.attribute<std::vector<std::int64_t>>("sizes"), ElementsAre(1));
}

TEST_F(Tracing, SeesWhatTheEngineItselfDoesWithOrWithoutGradients) {
  Tensor x = constant(exec, 5);
  x.set_requires_grad(true);
  x.reshape({1, 1}).to(DType::kFloat64);
  const NoGrad no_grad(exec);
  x.reshape({1, 1, 1});
  EXPECT_THAT(ops(), ElementsAre("reshape", "convert", "reshape"));
  EXPECT_EQ(trace[1].output.dtype(), DType::kFloat64);
  EXPECT_TRUE(trace[1].inputs[0].same_memory(trace[0].output));
}

TEST_F(Tracing, ShowsAnOpMadeOfOthersAsOne) {
  const Tensor y = scale_twice(constant(exec, 1));
  scale(y, 2);
  EXPECT_THAT(ops(), ElementsAre("scale_twice", "scale"));
  EXPECT_TRUE(trace[1].inputs[0].same_memory(y));
}

// Were a result freed, the next one could take its place in memory, and its name.
TEST_F(Tracing, KeepsEveryResultAlive) {
  for (int i = 0; i < 3; ++i) scale(constant(exec, 1), i);
  EXPECT_FALSE(trace[0].output.same_memory(trace[1].output));
  EXPECT_EQ(trace[0].output.item(), 0);
  EXPECT_EQ(trace[1].output.item(), 1);
}

TEST_F(Tracing, StopsWhenAskedAndKnowsItsExec) {
  Exec other;
  scale(constant(other, 5), 2);
  set_op_trace(exec, nullptr);
  scale(constant(exec, 5), 2);
  scale_twice(constant(exec, 5));
  EXPECT_THAT(trace, IsEmpty());
  EXPECT_EQ(op_trace(exec), nullptr);
}

}  // namespace
}  // namespace salix
