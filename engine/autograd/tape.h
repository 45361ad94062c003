// The autograd tape: ops record how their gradients flow; backward() walks the record
// from the last op to the first. Define-by-run: the graph is what was executed.
#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "engine/autograd/node.h"
#include "engine/tensor.h"

namespace salix {

// True when an op on these inputs has to record its gradient rule.
bool wants_grad(std::initializer_list<Tensor> inputs);

// Puts `output = op(inputs)` on the tape. `backward` receives the output's gradient and
// returns one gradient per input, in order; an undefined tensor for those that have none.
// Does nothing when no input wants a gradient. A rule that needs the output itself
// captures output.detach(): capturing the output would keep the graph alive for ever.
void record(const char* op, std::initializer_list<Tensor> inputs, Tensor& output,
            std::function<std::vector<Tensor>(const Tensor& dy)> backward);
// The same for several outputs; a gradient that never arrived comes as an undefined tensor.
void record(const char* op, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs,
            autograd::BackwardFunction backward);

// Runs the tape backwards from `output` with its gradient `dy` (ones for a scalar when
// undefined). Leaves add what arrives to their grad(). Gradients and saved tensors are
// freed as soon as they are consumed, so a graph can be walked once.
void backward(const Tensor& output, const Tensor& dy = {});
void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& douts);

// Calls `hook` with the gradient of `tensor` (complete, all uses summed) during backward().
void register_hook(const Tensor& tensor, autograd::GradientHook hook);

// While alive, ops on this Exec record nothing.
class NoGrad {
 public:
  explicit NoGrad(Exec& exec) : exec_(exec), before_(exec.grad_enabled()) {
    exec_.set_grad_enabled(false);
  }
  ~NoGrad() { exec_.set_grad_enabled(before_); }
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  Exec& exec_;
  bool before_;
};

// Runs `function` without keeping what its backward needs, and runs it again when the
// gradient arrives: memory for time. It must compute the same again (dropout does:
// the random step is put back).
std::vector<Tensor> recompute(
    const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& function,
    const std::vector<Tensor>& inputs);

}  // namespace salix
