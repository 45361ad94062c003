// Batch normalisation with its affine parameters and running statistics.
#pragma once

#include "layers/functional/batch_norm.h"
#include "layers/modules/module.h"

namespace salix {

// State: weight, bias [C]; buffers running_mean, running_var [C], num_batches_tracked [] int64.
// Train mode normalises with the batch's biased variance and moves the running statistics
// a tenth towards the batch's mean and UNBIASED variance; eval mode uses them.
class BatchNorm2d : public Module {
 public:
  BatchNorm2d(Exec& exec, std::int64_t channels);

  struct Then {  // what follows the norm, fused into it
    bool relu = false;
    Tensor residual = {};  // added before the ReLU
  };
  Tensor operator()(const Tensor& x) { return (*this)(x, Then{}); }
  Tensor operator()(const Tensor& x, const Then& then);

  Tensor weight, bias;
  Tensor running_mean, running_var, num_batches_tracked;
  static constexpr double kEps = 1e-5;
  static constexpr double kMomentum = 0.1;
};

}  // namespace salix
