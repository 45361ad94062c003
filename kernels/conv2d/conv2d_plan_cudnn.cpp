#include "kernels/conv2d/conv2d_plan_cudnn.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <array>

#include "kernels/common/lru_cache.h"
#include "kernels/conv2d/conv2d_switches_cudnn.h"

namespace salix::kernels::cuda {
namespace {

cudnnMathType_t math_type(const Exec& exec, DType dtype) {
  if (dtype != DType::kFloat32) return CUDNN_TENSOR_OP_MATH;
  return exec.options().allow_tf32 ? CUDNN_TENSOR_OP_MATH : CUDNN_FMA_MATH;
}

// What cuDNN's heuristic lists for a pass, fastest first; nothing where it fails.
template <typename Candidate, typename Ask>
std::vector<Candidate> listed(Conv2dPlan& plan, const Ask& ask) {
  std::vector<Candidate> found(16);
  int count = 0;
  const cudnnStatus_t status = ask(static_cast<int>(found.size()), &count, found.data());
  if (status != CUDNN_STATUS_SUCCESS) {
    note_refusal(plan, "heuristic", status);
    count = 0;
  }
  found.resize(static_cast<std::size_t>(count));
  return found;
}

// Those that may be used here: with FMA asked for, one that insists on tensor cores would
// compute in TF32, and conversion would round the inputs to float16.
template <typename Candidate>
void add_listed(const Exec& exec, const std::vector<Candidate>& found, cudnnMathType_t math,
                Conv2dPlan& plan) {
  const bool fma_only = math == CUDNN_FMA_MATH;
  for (const Candidate& candidate : found) {
    const bool repeats = exec.options().fast || candidate.determinism == CUDNN_DETERMINISTIC;
    const bool unwanted = candidate.mathType == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION ||
                          (fma_only && candidate.mathType == CUDNN_TENSOR_OP_MATH);
    if (candidate.status != CUDNN_STATUS_SUCCESS || !repeats || unwanted) continue;
    plan.candidates.push_back({.algorithm = static_cast<int>(candidate.algo),
                               .math = fma_only ? math : candidate.mathType,
                               .by_default = false});
  }
}

void add_listed(Exec& exec, cudnnMathType_t math, Conv2dPlan& plan) {
  cudnnHandle_t handle = exec.extension<cudnn::State>().handle();
  if (plan.problem.pass == Conv2dPass::kForward) {
    using Candidate = cudnnConvolutionFwdAlgoPerf_t;
    add_listed(exec,
               listed<Candidate>(plan,
                                 [&](int room, int* count, Candidate* found) {
                                   return cudnnGetConvolutionForwardAlgorithm_v7(
                                       handle, plan.x.get(), plan.weight.get(),
                                       plan.convolution.get(), plan.y.get(), room, count, found);
                                 }),
               math, plan);
  } else if (plan.problem.pass == Conv2dPass::kBackwardData) {
    using Candidate = cudnnConvolutionBwdDataAlgoPerf_t;
    add_listed(exec,
               listed<Candidate>(plan,
                                 [&](int room, int* count, Candidate* found) {
                                   return cudnnGetConvolutionBackwardDataAlgorithm_v7(
                                       handle, plan.weight.get(), plan.y.get(),
                                       plan.convolution.get(), plan.x.get(), room, count, found);
                                 }),
               math, plan);
  } else {
    using Candidate = cudnnConvolutionBwdFilterAlgoPerf_t;
    add_listed(exec,
               listed<Candidate>(plan,
                                 [&](int room, int* count, Candidate* found) {
                                   return cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                                       handle, plan.x.get(), plan.y.get(), plan.convolution.get(),
                                       plan.weight.get(), room, count, found);
                                 }),
               math, plan);
  }
}

// The deterministic algorithms that cuDNN has for the most problems; the heuristic need not
// list them.
std::vector<int> default_algorithms(Conv2dPass pass) {
  if (pass == Conv2dPass::kForward) {
    return {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
            CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM};
  }
  if (pass == Conv2dPass::kBackwardData) return {CUDNN_CONVOLUTION_BWD_DATA_ALGO_1};
  return {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1};
}

void add_defaults(cudnnMathType_t math, Conv2dPlan& plan) {
  for (const int algorithm : default_algorithms(plan.problem.pass)) {
    const bool there = std::any_of(
        plan.candidates.begin(), plan.candidates.end(), [&](const Conv2dCandidate& candidate) {
          return candidate.algorithm == algorithm && candidate.math == math;
        });
    if (!there) plan.candidates.push_back({algorithm, math, /*by_default=*/true});
  }
}

Conv2dPlan make_plan(Exec& exec, const Conv2dProblem& problem) {
  const Conv2dParams& p = problem.params;
  Conv2dPlan plan;
  plan.problem = problem;
  plan.x = cudnn::map_descriptor(problem.x, problem.dtype);
  plan.y = cudnn::map_descriptor(problem.y, problem.dtype);
  plan.bias = cudnn::map_descriptor({1, 1, 1, problem.y[3]}, problem.dtype);
  plan.weight = cudnn::filter_descriptor(problem.weight, problem.dtype);
  cudnnConvolutionDescriptor_t convolution = nullptr;
  SALIX_CUDNN(cudnnCreateConvolutionDescriptor(&convolution));
  plan.convolution.reset(convolution);
  SALIX_CUDNN(cudnnSetConvolution2dDescriptor(convolution, p.padding.h, p.padding.w, p.stride.h,
                                              p.stride.w, p.dilation.h, p.dilation.w,
                                              CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  SALIX_CUDNN(cudnnSetConvolutionGroupCount(convolution, p.groups));
  const cudnnMathType_t math = math_type(exec, problem.dtype);
  SALIX_CUDNN(cudnnSetConvolutionMathType(convolution, math));
  cudnnActivationDescriptor_t relu = nullptr;
  SALIX_CUDNN(cudnnCreateActivationDescriptor(&relu));
  plan.relu.reset(relu);
  SALIX_CUDNN(cudnnSetActivationDescriptor(relu, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0.0));
  const CudnnUse use = cudnn_use();
  if (use == CudnnUse::kAll) add_listed(exec, math, plan);
  if (use != CudnnUse::kNone) add_defaults(math, plan);
  plan.fuses = use == CudnnUse::kAll;
  return plan;
}

// The plans of one Exec.
struct Conv2dPlans {
  explicit Conv2dPlans(Exec&) {}
  // A network's layers, all passes, at several input sizes.
  LruCache<std::array<std::int64_t, 16>, Conv2dPlan> plans{512};
};

// Asked after the math type is set: what the heuristic says of a candidate's memory is of
// the math type that it had in mind.
cudnnStatus_t workspace_bytes(cudnnHandle_t handle, const Conv2dPlan& plan, int algorithm,
                              std::size_t* bytes) {
  if (plan.problem.pass == Conv2dPass::kForward) {
    return cudnnGetConvolutionForwardWorkspaceSize(
        handle, plan.x.get(), plan.weight.get(), plan.convolution.get(), plan.y.get(),
        static_cast<cudnnConvolutionFwdAlgo_t>(algorithm), bytes);
  }
  if (plan.problem.pass == Conv2dPass::kBackwardData) {
    return cudnnGetConvolutionBackwardDataWorkspaceSize(
        handle, plan.weight.get(), plan.y.get(), plan.convolution.get(), plan.x.get(),
        static_cast<cudnnConvolutionBwdDataAlgo_t>(algorithm), bytes);
  }
  return cudnnGetConvolutionBackwardFilterWorkspaceSize(
      handle, plan.x.get(), plan.y.get(), plan.convolution.get(), plan.weight.get(),
      static_cast<cudnnConvolutionBwdFilterAlgo_t>(algorithm), bytes);
}

}  // namespace

Conv2dPlan& conv2d_plan(Exec& exec, const Conv2dProblem& problem) {
  const auto& [pass, dtype, x, weight, y, p] = problem;
  return exec.extension<Conv2dPlans>().plans.get(
      {static_cast<int>(pass), static_cast<int>(dtype), x[0], x[1], x[2], x[3], weight[0],
       weight[1], weight[2], p.stride.h, p.stride.w, p.padding.h, p.padding.w, p.dilation.h,
       p.dilation.w, p.groups},
      [&] { return make_plan(exec, problem); });
}

bool prepare(Exec& exec, Conv2dPlan& plan) {
  cudnnHandle_t handle = exec.extension<cudnn::State>().handle();
  while (!plan.ready && plan.current < plan.candidates.size()) {
    Conv2dCandidate& candidate = plan.candidates[plan.current];
    SALIX_CUDNN(cudnnSetConvolutionMathType(plan.convolution.get(), candidate.math));
    const cudnnStatus_t status =
        workspace_bytes(handle, plan, candidate.algorithm, &candidate.workspace_bytes);
    if (status == CUDNN_STATUS_SUCCESS) {
      plan.ready = true;
    } else {
      note_refusal(plan, "workspace", status);
      next_candidate(plan);
    }
  }
  return plan.ready;
}

void next_candidate(Conv2dPlan& plan) {
  ++plan.current;
  plan.ready = false;
}

void note_refusal(Conv2dPlan& plan, const char* call, cudnnStatus_t status) {
  const int category = CUDNN_STATUS_CATEGORY(static_cast<int>(status));
  // Internal errors are such too: a kernel that could not be compiled at run time, say.
  if (category != CUDNN_STATUS_NOT_SUPPORTED && category != CUDNN_STATUS_BAD_PARAM &&
      category != CUDNN_STATUS_INTERNAL_ERROR) {
    cudnn::throw_error(status, call, __FILE__, __LINE__);
  }
  plan.refusals.push_back(str(call, ": ", cudnnGetErrorString(status)));
  cudaGetLastError();  // the next launch would be blamed for it
}

}  // namespace salix::kernels::cuda
