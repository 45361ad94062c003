// Fully connected layer.
#pragma once

#include "layers/functional/matmul.h"
#include "layers/modules/init.h"
#include "layers/modules/module.h"

namespace salix {

// State: weight [out,in], bias [out]; PyTorch's default initialisation.
class Linear : public Module {
 public:
  Linear(Exec& exec, std::int64_t in_features, std::int64_t out_features)
      : weight(init::default_uniform(exec, {out_features, in_features}, in_features)),
        bias(init::default_uniform(exec, {out_features}, in_features)) {
    add_parameter("weight", weight);
    add_parameter("bias", bias);
  }

  Tensor operator()(const Tensor& x) const { return linear(x, weight, bias); }

  Tensor weight, bias;
};

}  // namespace salix
