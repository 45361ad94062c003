// Watching a computation: every op's result and every gradient, in the order of execution.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace salix {

// The tensors are the computation's own: read them, keep no handle (a kept one would make the
// tape copy where it adds in place).
class TapeObserver {
 public:
  virtual ~TapeObserver() = default;
  // `op` has computed `output`, its result number `index`. Called whether or not a gradient is
  // wanted; under recompute() a second time when the op runs again.
  virtual void on_forward(const char* op, int index, const Tensor& output) = 0;
  // The rule of `op` has computed `gradient`, that of its input number `index`.
  virtual void on_backward(const char* op, int index, const Tensor& gradient) = 0;
};

// nullptr: none, the default. The caller keeps ownership and removes it before it dies.
void set_tape_observer(Exec& exec, TapeObserver* observer);
TapeObserver* tape_observer(Exec& exec);

// For a result that no gradient rule goes with, so that record() is not called: lets the
// observer see it all the same, and gives it back.
const Tensor& observed(const char* op, const Tensor& output);

namespace autograd {
// What the tape calls; undefined tensors are passed over.
void observe_forward(const char* op, const std::vector<Tensor>& outputs);
void observe_backward(const char* op, const std::vector<Tensor>& gradients);
}  // namespace autograd

}  // namespace salix
