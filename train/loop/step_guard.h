// The rule that a step whose loss is not finite changes nothing, kept by the device: the host
// queues forward, backward and update at once, and learns of the loss later.
#pragma once

#include <vector>

#include "layers/modules/module.h"

namespace salix {

// Once a loss was not finite, every step is held back, this one and those that are queued
// behind it, until thaw(): weights, optimizer state (Optimizer::Controls::frozen) and running
// statistics stay as they were before the bad step.
class StepGuard {
 public:
  // `network` must outlive this.
  explicit StepGuard(const Module& network);

  // Before the forward pass: keeps the running statistics, which it moves.
  void begin();
  // After it: the step is bad unless all of `loss` is finite, here and on every other rank.
  void check(const Tensor& loss);
  // At the end of the step: a bad one's statistics are put back.
  void end();

  // [] float32, not 0 while steps are held back.
  const Tensor& frozen() const { return frozen_; }
  void thaw() { frozen_.fill(0); }

 private:
  // A network that was given other memory, by to() or a load, gets other tables.
  bool tables_fit() const;
  void make_tables();

  Exec& exec_;
  std::vector<Tensor*> statistics_;
  std::vector<Tensor> kept_;  // beside them
  std::vector<const void*> addresses_;
  Tensor keep_, put_back_;  // kernels::CopyEntry tables
  Tensor frozen_;
};

}  // namespace salix
