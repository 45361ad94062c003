// A convolution, and what follows it in inference, as an operation graph of cuDNN.
#pragma once

#include "kernels/conv2d/conv2d_plan_cudnn.h"
#include "kernels/cudnn/backend.h"

namespace salix::kernels::cuda {

// How a plan is told which buffer is which.
enum Conv2dUniqueId : std::int64_t {
  kUidX = 1,
  kUidWeight,
  kUidY,
  kUidBias,
  kUidResidual,
  kUidFirstVirtual
};

// Finalized, or failed with a status. ReLU as the problem's params say. Every buffer is
// aligned to `alignment` bytes.
cudnn::BackendDescriptor conv2d_operations(cudnnHandle_t handle, const Conv2dProblem& problem,
                                           bool bias, bool residual, std::int64_t alignment);

}  // namespace salix::kernels::cuda
