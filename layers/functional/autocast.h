// Mixed precision, also known as autocast: while it is on for an Exec, products of float32
// tensors are computed from bfloat16 operands. docs/mixed_precision.md has the whole policy.
#pragma once

#include <initializer_list>

#include "engine/tensor.h"

namespace salix {

// Whether conv2d, conv2d_fused, upsampled_conv2d, matmul and linear on this Exec round their
// float32 operands to bfloat16. Sums inside are float, results stay bfloat16 and flow on; a
// float32 operand's gradient is float32 again. float64 is left alone. Off at first.
bool autocasts(Exec& exec);
void set_autocast(Exec& exec, bool on);

// Whether this device has bfloat16 products that are faster than float32: GPUs, and CPUs with
// AVX-512. Elsewhere the plain reference computes them.
bool has_fast_autocast(const Exec& exec);

// On, or off, until the end of the scope; then as before.
class Autocast {
 public:
  explicit Autocast(Exec& exec, bool on = true) : exec_(exec), before_(autocasts(exec)) {
    set_autocast(exec, on);
  }
  ~Autocast() { set_autocast(exec_, before_); }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  Exec& exec_;
  bool before_;
};

// Whether that rounding is to be done for one of these; undefined ones do not count.
bool autocast_rounds(std::initializer_list<Tensor> operands);

// While autocast is on: float32 as bfloat16, and bfloat16 as float32. Anything else, and all
// while it is off, as it is; undefined stays undefined. Differentiable.
Tensor autocast_down(const Tensor& x);
Tensor autocast_up(const Tensor& x);

}  // namespace salix
