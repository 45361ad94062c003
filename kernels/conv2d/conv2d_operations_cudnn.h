// A convolution, and what follows it in inference, as an operation graph of cuDNN.
#pragma once

#include <deque>
#include <vector>

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

// The graph with what it was made of, which must live until a plan is finalized.
struct Conv2dOperations {
  std::deque<cudnn::BackendDescriptor> parts = {};  // tensors and modes
  std::vector<cudnn::BackendDescriptor> operations = {};
  cudnn::BackendDescriptor graph = {};
};

// Its graph is finalized, or failed with a status. ReLU as the problem's params say. Every buffer
// is aligned to `alignment` bytes.
Conv2dOperations conv2d_operations(cudnnHandle_t handle, const Conv2dProblem& problem, bool bias,
                                   bool residual, std::int64_t alignment);

}  // namespace salix::kernels::cuda
