// Layer normalisation over the last axis with its affine parameters.
#pragma once

#include "layers/functional/layer_norm.h"
#include "layers/modules/module.h"

namespace salix {

// State: weight, bias [C], at first 1 and 0.
class LayerNorm : public Module {
 public:
  LayerNorm(Exec& exec, std::int64_t channels)
      : weight(Tensor::full(exec, {channels}, 1.0)), bias(Tensor::zeros(exec, {channels})) {
    add_norm_parameter("weight", weight);
    add_norm_parameter("bias", bias);
  }

  Tensor operator()(const Tensor& x) const { return layer_norm(x, weight, bias); }

  Tensor weight, bias;
};

}  // namespace salix
