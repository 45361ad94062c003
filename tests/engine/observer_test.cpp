// The observer of the tape: what it sees, in which order.
#include "engine/autograd/observer.h"

#include <gmock/gmock.h>

#include "engine/autograd/tape.h"
#include "tests/support/tensors.h"

namespace salix {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Recorder : public TapeObserver {
 public:
  void on_forward(const char* op, int index, const Tensor& output) override {
    seen.push_back(str("forward ", op, " ", index, " = ", output.item()));
  }
  void on_backward(const char* op, int index, const Tensor& gradient) override {
    seen.push_back(str("backward ", op, " ", index, " = ", gradient.item()));
  }
  std::vector<std::string> seen;
};

Tensor constant(Exec& exec, double value) { return Tensor::full(exec, {1}, value); }

// y = factor * x; the constant is an input without a gradient.
Tensor scale(const Tensor& x, double factor) {
  Tensor y = constant(x.exec(), factor * x.item());
  record("scale", {constant(x.exec(), factor), x}, y, [factor](const Tensor& dy) {
    return std::vector{Tensor(), constant(dy.exec(), factor * dy.item())};
  });
  return y;
}

class Observer : public ::testing::Test {
 protected:
  Observer() { set_tape_observer(exec, &recorder); }
  Tensor leaf(double value) {
    Tensor x = constant(exec, value);
    x.set_requires_grad(true);
    return x;
  }
  Exec exec;
  Recorder recorder;
};

TEST_F(Observer, SeesResultsAndGradientsInTheOrderOfExecution) {
  Tensor x = leaf(5);
  backward(scale(scale(x, 2), 3));
  EXPECT_THAT(recorder.seen, ElementsAre("forward scale 0 = 10", "forward scale 0 = 30",
                                         "backward scale 1 = 3", "backward scale 1 = 6"));
}

TEST_F(Observer, SeesOpsThatNeedNoGradientToo) {
  scale(constant(exec, 5), 2);
  const NoGrad no_grad(exec);
  scale(leaf(5), 3);
  observed("compare", constant(exec, 1));
  EXPECT_THAT(recorder.seen,
              ElementsAre("forward scale 0 = 10", "forward scale 0 = 15", "forward compare 0 = 1"));
}

TEST_F(Observer, NumbersTheOutputsOfAnOp) {
  Tensor x = leaf(1);
  std::vector<Tensor> outputs{constant(exec, 7), constant(exec, 8)};
  record("split", std::vector<Tensor>{x}, outputs,
         [](const std::vector<Tensor>& douts) { return std::vector{douts[1]}; });
  backward(outputs[1]);
  EXPECT_THAT(recorder.seen,
              ElementsAre("forward split 0 = 7", "forward split 1 = 8", "backward split 0 = 1"));
}

TEST_F(Observer, SeesNothingOnceRemovedNorOnAnotherExec) {
  Exec other;
  scale(constant(other, 5), 2);
  set_tape_observer(exec, nullptr);
  backward(scale(leaf(5), 2));
  EXPECT_THAT(recorder.seen, IsEmpty());
}

}  // namespace
}  // namespace salix
