// What the environment says about convolutions on a GPU; for finding out what cuDNN does.
//
//   SALIX_CUDNN_SAFE=1    only cuDNN's plainest deterministic algorithms (forward implicit
//                         GEMM, both gradients ALGO_1), and no fused bias and ReLU.
//   SALIX_CUDNN_SAFE=2    no algorithm of cuDNN: the handwritten kernels, for comparison.
//   SALIX_CUDNN_LEGACY=1  no execution plans of its graph API, which are tried first
//                         (conv2d_graph_cudnn.h); the two switches above imply it.
//   SALIX_CUDNN_RUNTIME_COMPILATION=1
//                         also engines of the graph API that compile their kernels: seconds
//                         for each plan, and more fusing.
//   SALIX_CUDNN_LOG=FILE  appends one line of JSON to FILE when a plan has first worked: the
//                         problem, the algorithm or engine, and which fallback was needed.
//                         Where the graph API had no way, one more line says why.
//
// A switch counts for plans that are made after it was set.
#pragma once

#include "kernels/conv2d/conv2d_graph_cudnn.h"
#include "kernels/conv2d/conv2d_plan_cudnn.h"

namespace salix::kernels::cuda {

enum class CudnnUse { kAll, kPlainest, kNone };
CudnnUse cudnn_use();
bool cudnn_graph_use();
bool cudnn_runtime_compilation();

// `done_by` is the plan that worked for `plan`'s problem: itself, its float32 twin, or
// nullptr for the handwritten kernel. Writes once per plan.
void log_conv2d_plan(Conv2dPlan& plan, const Conv2dPlan* done_by, bool fused);

// Of a graph whose engines have been tried, whether or not one works.
void log_conv2d_graph(const Conv2dGraph& graph);

}  // namespace salix::kernels::cuda
