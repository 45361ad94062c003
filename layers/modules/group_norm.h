// Group normalisation with its affine parameters, and the ReLU that follows it fused.
#pragma once

#include "layers/functional/group_norm.h"
#include "layers/modules/module.h"

namespace salix {

// State: weight, bias [C]. eps 1e-5, biased variance over (C/groups) x H x W per sample.
class GroupNorm : public Module {
 public:
  GroupNorm(Exec& exec, int groups, std::int64_t channels)
      : weight(Tensor::full(exec, {channels}, 1.0)),
        bias(Tensor::zeros(exec, {channels})),
        groups_(groups) {
    add_norm_parameter("weight", weight);
    add_norm_parameter("bias", bias);
  }

  Tensor operator()(const Tensor& x, bool then_relu = false) const {
    return group_norm(x, weight, bias, {.groups = groups_, .eps = 1e-5, .relu = then_relu});
  }

  Tensor weight, bias;

 private:
  int groups_;
};

}  // namespace salix
