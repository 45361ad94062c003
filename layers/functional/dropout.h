// Differentiable dropout and drop path.
#pragma once

#include "engine/tensor.h"
#include "kernels/dropout/dropout.h"

namespace salix {

struct DropoutOptions {
  double p = 0.5;         // the probability of zero, in [0, 1]
  bool training = false;  // false: x itself
};

// Zeroes each element of x with probability p and divides the others by 1 - p. Each call
// takes the next numbers of the Exec, the same on every device.
Tensor dropout(const Tensor& x, const DropoutOptions& options);
// The same for whole samples along the first axis, where a residual branch is dropped.
Tensor drop_path(const Tensor& x, const DropoutOptions& options);

// While alive, both give x itself on this Exec: a training step that can be compared with another
// program's, which draws other numbers.
class WithoutDropout {
 public:
  explicit WithoutDropout(Exec& exec);
  ~WithoutDropout();
  WithoutDropout(const WithoutDropout&) = delete;
  WithoutDropout& operator=(const WithoutDropout&) = delete;

 private:
  Exec& exec_;
  bool before_;
};

}  // namespace salix
