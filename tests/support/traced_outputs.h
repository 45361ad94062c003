// The results of single ops in the middle of a network, by their place in its forward pass.
#pragma once

#include <string>

#include "engine/autograd/op_trace.h"
#include "engine/exec.h"

namespace salix::testing {

// Records the ops of a forward pass on `exec` while alive.
class TracedOutputs {
 public:
  explicit TracedOutputs(Exec& exec);
  ~TracedOutputs();
  TracedOutputs(const TracedOutputs&) = delete;
  TracedOutputs& operator=(const TracedOutputs&) = delete;

  // Of the op called `op` that ran as number `place` of its name; fails the test when there is
  // none.
  Tensor of(const std::string& op, int place) const;
  // Of the first op with a result of this shape.
  Tensor first_of_shape(const Shape& shape) const;

 private:
  Exec& exec_;
  OpTrace trace_;
};

// A map [N,H,W,C] in the order of tokens, [N,H*W,C], as a tensor whose order in files is the same.
Tensor in_token_order(const Tensor& map);

}  // namespace salix::testing
