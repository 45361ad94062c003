// Initial values of parameters, drawn from the Exec's counter-based generator: the same
// values on every device for the same seed and order of construction.
#pragma once

#include "engine/tensor.h"

namespace salix::init {

// U(-bound, bound) in float32.
Tensor uniform(Exec& exec, const Shape& shape, double bound);
// Normal with mean 0 (Box-Muller) in float32.
Tensor normal(Exec& exec, const Shape& shape, double standard_deviation);

// PyTorch's default for the weight and the bias of a convolution or linear layer:
// U(-1/sqrt(fan_in), 1/sqrt(fan_in)).
Tensor default_uniform(Exec& exec, const Shape& shape, std::int64_t fan_in);
// He et al. 2015, fan-out mode, ReLU gain: normal with variance 2 / fan_out.
Tensor kaiming_normal_fan_out(Exec& exec, const Shape& shape, std::int64_t fan_out);

// While alive, the functions above leave the values undefined on this Exec: for networks
// whose every tensor is about to be loaded. Drawing a2s's 28 million takes a second.
class SkipInit {
 public:
  explicit SkipInit(Exec& exec);
  ~SkipInit();
  SkipInit(const SkipInit&) = delete;
  SkipInit& operator=(const SkipInit&) = delete;

 private:
  Exec& exec_;
  bool before_;
};

}  // namespace salix::init
