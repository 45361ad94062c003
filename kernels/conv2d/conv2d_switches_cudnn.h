// What the environment says about convolutions on a GPU; for finding out what cuDNN does.
//
//   SALIX_CUDNN_SAFE=1    only cuDNN's plainest deterministic algorithms (forward implicit
//                         GEMM, both gradients ALGO_1), and no fused bias and ReLU.
//   SALIX_CUDNN_SAFE=2    no algorithm of cuDNN: the handwritten kernels, for comparison.
//   SALIX_CUDNN_LOG=FILE  appends one line of JSON to FILE when a plan has first worked: the
//                         problem, the algorithm, and which fallback was needed.
//
// A switch counts for plans that are made after it was set.
#pragma once

#include "kernels/conv2d/conv2d_plan_cudnn.h"

namespace salix::kernels::cuda {

enum class CudnnUse { kAll, kPlainest, kNone };
CudnnUse cudnn_use();

// `done_by` is the plan that worked for `plan`'s problem: itself, its float32 twin, or
// nullptr for the handwritten kernel. Writes once per plan.
void log_conv2d_plan(Conv2dPlan& plan, const Conv2dPlan* done_by, bool fused);

}  // namespace salix::kernels::cuda
