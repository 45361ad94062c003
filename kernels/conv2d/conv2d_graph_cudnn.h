// Convolution through cuDNN's graph API. There an execution plan is finalized once and then
// only executed, for a few microseconds of the host's time; cudnnConvolutionForward and the
// like plan anew in each call, for 35 to 250 (cuDNN 9.19 beside an H100), which is more than
// the GPU needs for most layers at small batches.
//
// Which plan is used depends on the problem, the precision, the options and cuDNN's version
// alone; nothing is timed. Of what cuDNN's heuristic proposes, best first, these are left
// out, and the first that works is kept:
//   * engines that are not deterministic, or transform (Winograd, FFT: less exact than direct
//     sums), unless the Exec is `fast`;
//   * engines that use tensor cores, for float32 without TF32;
//   * engines that round their inputs or partial sums below the type of the problem;
//   * engines that compile their kernels at run time, up to seconds for each plan, unless
//     SALIX_CUDNN_RUNTIME_COMPILATION=1.
#pragma once

#include <string>
#include <vector>

#include "kernels/conv2d/conv2d_operations_cudnn.h"
#include "kernels/conv2d/conv2d_plan_cudnn.h"
#include "kernels/cudnn/backend.h"

namespace salix::kernels::cuda {

// The buffers of a problem, whichever the pass writes. A forward pass may take a bias and a
// residual, and applies ReLU if its problem's params say so: one kernel does it all.
struct Conv2dPointers {
  void* x;
  void* weight;
  void* y;
  void* bias = nullptr;
  void* residual = nullptr;  // not y
};

// One way to compute a problem.
struct Conv2dEngine {
  cudnn::BackendDescriptor configuration;
  std::int64_t index = -1;  // cuDNN's number of it
  bool tensor_cores = false;
  bool runtime_compiled = false;
  bool by_fallback = false;  // not from the heuristic of first choice
};

// Move-only, through its descriptors.
struct Conv2dGraph {
  Conv2dProblem problem;
  bool bias = false, residual = false;
  Conv2dOperations operations;        // until an engine works
  std::vector<Conv2dEngine> engines;  // those still to try, best last
  Conv2dEngine engine;                // the one of `plan`
  cudnn::BackendDescriptor plan;
  std::size_t workspace_bytes = 0;
  bool works = false;  // `plan` has been executed
  std::size_t offered = 0;
  std::vector<std::string> refusals;  // why others were left out, or failed
};

// Runs a problem. False when the graph API has no way for it, and then nothing was written
// that is to be kept.
bool run_conv2d_graph(Exec& exec, const Conv2dProblem& problem, const Conv2dPointers& pointers);

}  // namespace salix::kernels::cuda
