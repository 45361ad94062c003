// Convolution through cuDNN, channels-last, in the first of these ways that works:
//   1. an execution plan of cuDNN's graph API (conv2d_graph_cudnn.h);
//   2. an algorithm of its older functions, deterministic unless the Exec is `fast`
//      (conv2d_plan_cudnn.h);
//   3. bfloat16: the same in float32, through converted copies;
//   4. the handwritten kernels of conv2d_direct_cuda.cu, which take every shape.
// No shape is refused, as cuDNN's support has gaps: channel counts that are no multiple of
// 8, groups, dilation.
#include <cuda_runtime.h>

#include "kernels/conv2d/conv2d_graph_cudnn.h"
#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/conv2d/conv2d_plan_cudnn.h"
#include "kernels/conv2d/conv2d_switches_cudnn.h"

namespace salix::kernels::cuda {
namespace {

constexpr float kOne = 1.0f, kZero = 0.0f;

// One pass: a and b are read, `out` is written. Forward x, weight, y; backward data dy,
// weight, dx; backward weight x, dy, dweight.
struct Operands {
  ConstView a, b;
  View out;
};

// Of the convolution itself, without ReLU.
Conv2dProblem problem_of(Conv2dPass pass, const Operands& o, Conv2dParams params) {
  const DType dtype = o.out.dtype;
  params.relu = false;
  if (pass == Conv2dPass::kForward) {
    return {pass, dtype, o.a.shape, o.b.shape, o.out.shape, params};
  }
  if (pass == Conv2dPass::kBackwardData) {
    return {pass, dtype, o.out.shape, o.b.shape, o.a.shape, params};
  }
  return {pass, dtype, o.a.shape, o.out.shape, o.b.shape, params};
}

Conv2dPointers pointers_of(Conv2dPass pass, const Operands& o) {
  void* const a = const_cast<void*>(o.a.data);  // cuDNN's variant packs know no const
  void* const b = const_cast<void*>(o.b.data);
  if (pass == Conv2dPass::kForward) return {.x = a, .weight = b, .y = o.out.data};
  if (pass == Conv2dPass::kBackwardData) return {.x = o.out.data, .weight = b, .y = a};
  return {.x = a, .weight = o.out.data, .y = b};
}

// out = beta * out + the convolution, by the current candidate, which is ready.
cudnnStatus_t execute(Exec& exec, const Conv2dPlan& plan, const Operands& o, float beta) {
  exec.backend().count_launch();
  cudnnHandle_t handle = exec.extension<cudnn::State>().handle();
  const Conv2dCandidate& use = plan.candidate();
  const Scratch workspace(exec, use.workspace_bytes);
  if (plan.problem.pass == Conv2dPass::kForward) {
    return cudnnConvolutionForward(
        handle, &kOne, plan.x.get(), o.a.data, plan.weight.get(), o.b.data, plan.convolution.get(),
        static_cast<cudnnConvolutionFwdAlgo_t>(use.algorithm), workspace.data(),
        use.workspace_bytes, &beta, plan.y.get(), o.out.data);
  }
  if (plan.problem.pass == Conv2dPass::kBackwardData) {
    return cudnnConvolutionBackwardData(
        handle, &kOne, plan.weight.get(), o.b.data, plan.y.get(), o.a.data, plan.convolution.get(),
        static_cast<cudnnConvolutionBwdDataAlgo_t>(use.algorithm), workspace.data(),
        use.workspace_bytes, &beta, plan.x.get(), o.out.data);
  }
  return cudnnConvolutionBackwardFilter(
      handle, &kOne, plan.x.get(), o.a.data, plan.y.get(), o.b.data, plan.convolution.get(),
      static_cast<cudnnConvolutionBwdFilterAlgo_t>(use.algorithm), workspace.data(),
      use.workspace_bytes, &beta, plan.weight.get(), o.out.data);
}

// False when cuDNN has no way for this plan.
bool run_plan(Exec& exec, Conv2dPlan& plan, const Operands& operands) {
  while (prepare(exec, plan)) {
    const cudnnStatus_t status = execute(exec, plan, operands, kZero);
    if (status == CUDNN_STATUS_SUCCESS) return true;
    note_refusal(plan, "convolution", status);
    next_candidate(plan);
  }
  return false;
}

// The plan of the same problem in float32, run on converted copies; nullptr when cuDNN has
// no way for that either.
const Conv2dPlan* run_in_float32(Exec& exec, Conv2dProblem problem, const Operands& o) {
  problem.dtype = DType::kFloat32;
  Conv2dPlan& plan = conv2d_plan(exec, problem);
  if (!prepare(exec, plan)) return nullptr;
  const auto float32_bytes = [](const ConstView& view) {
    return static_cast<std::size_t>(view.numel()) * sizeof(float);
  };
  const Scratch a(exec, float32_bytes(o.a)), b(exec, float32_bytes(o.b));
  const Scratch out(exec, float32_bytes(o.out));
  Backend& backend = exec.backend();
  backend.convert(o.a.data, o.a.dtype, a.data(), DType::kFloat32, o.a.numel());
  backend.convert(o.b.data, o.b.dtype, b.data(), DType::kFloat32, o.b.numel());
  const Operands wide{{a.data(), o.a.shape}, {b.data(), o.b.shape}, {out.data(), o.out.shape}};
  if (!run_plan(exec, plan, wide)) return nullptr;
  backend.convert(out.data(), DType::kFloat32, o.out.data, o.out.dtype, o.out.numel());
  return &plan;
}

void run_direct(Exec& exec, Conv2dPass pass, const Operands& o, const Conv2dParams& params) {
  if (pass == Conv2dPass::kForward) return conv2d_direct(exec, o.a, o.b, o.out, params);
  if (pass == Conv2dPass::kBackwardData) {
    return conv2d_direct_backward_data(exec, o.a, o.b, o.out, params);
  }
  conv2d_direct_backward_weight(exec, o.a, o.b, o.out, params);
}

// out = the convolution by the older functions, or in whichever way works.
void convolve_without_graph(Exec& exec, const Conv2dProblem& problem, const Operands& operands) {
  Conv2dPlan& plan = conv2d_plan(exec, problem);
  const Conv2dPlan* done_by = run_plan(exec, plan, operands) ? &plan : nullptr;
  if (done_by == nullptr && problem.dtype != DType::kFloat32) {
    done_by = run_in_float32(exec, problem, operands);
  }
  if (done_by == nullptr) run_direct(exec, problem.pass, operands, problem.params);
  log_conv2d_plan(plan, done_by, /*fused=*/false);
}

void convolve(Exec& exec, const Conv2dProblem& problem, const Operands& operands) {
  if (run_conv2d_graph(exec, problem, pointers_of(problem.pass, operands))) return;
  convolve_without_graph(exec, problem, operands);
}

// Bias, residual and ReLU in the same execution plan.
bool run_fused_graph(Exec& exec, Conv2dProblem problem, bool relu, const Operands& operands,
                     ConstView bias, ConstView residual) {
  problem.params.relu = relu;
  Conv2dPointers pointers = pointers_of(problem.pass, operands);
  pointers.bias = const_cast<void*>(bias.data);
  pointers.residual = const_cast<void*>(residual.data);
  return run_conv2d_graph(exec, problem, pointers);
}

// Bias, residual and ReLU inside the library's kernel. False when it has none for this
// problem, for whatever reason: the ways without fusing will find out whether it matters.
bool run_fused(Exec& exec, Conv2dPlan& plan, const Operands& o, ConstView bias,
               ConstView residual) {
  if (!plan.fuses || !prepare(exec, plan)) return false;
  const Conv2dCandidate& use = plan.candidate();
  const Scratch workspace(exec, use.workspace_bytes);
  exec.backend().count_launch();
  const cudnnStatus_t status = cudnnConvolutionBiasActivationForward(
      exec.extension<cudnn::State>().handle(), &kOne, plan.x.get(), o.a.data, plan.weight.get(),
      o.b.data, plan.convolution.get(), static_cast<cudnnConvolutionFwdAlgo_t>(use.algorithm),
      workspace.data(), use.workspace_bytes, residual.empty() ? &kZero : &kOne, plan.y.get(),
      residual.empty() ? o.out.data : residual.data, plan.bias.get(), bias.data, plan.relu.get(),
      plan.y.get(), o.out.data);
  plan.fuses = status == CUDNN_STATUS_SUCCESS;
  if (!plan.fuses) {
    plan.refusals.push_back(str("fused: ", cudnnGetErrorString(status)));
    cudaGetLastError();  // the next launch would be blamed for it
    return false;
  }
  log_conv2d_plan(plan, &plan, /*fused=*/true);
  return true;
}

// y += the convolution. False when cuDNN does not add; then y is as before.
bool run_in_place(Exec& exec, Conv2dPlan& plan, const Operands& operands) {
  if (!plan.adds_in_place || !prepare(exec, plan)) return false;
  const cudnnStatus_t status = execute(exec, plan, operands, kOne);
  plan.adds_in_place = status == CUDNN_STATUS_SUCCESS;
  if (plan.adds_in_place) {
    log_conv2d_plan(plan, &plan, /*fused=*/false);
  } else {
    note_refusal(plan, "in place", status);
  }
  return plan.adds_in_place;
}

// Forward with all that follows, by the older functions.
void conv2d_without_graph(Exec& exec, const Conv2dProblem& problem, const Operands& operands,
                          ConstView bias, ConstView residual, bool relu) {
  Conv2dPlan& plan = conv2d_plan(exec, problem);
  const View y = operands.out;
  if (relu && !bias.empty() && run_fused(exec, plan, operands, bias, residual)) return;

  const bool in_place = !residual.empty() && residual.data == y.data;
  if (in_place && !run_in_place(exec, plan, operands)) {
    const Scratch sum(exec, y.size_bytes());
    const View apart{sum.data(), y.shape, y.dtype};
    convolve_without_graph(exec, problem, {operands.a, operands.b, apart});
    return conv2d_epilogue(exec, apart, bias, residual, y, relu);
  }
  if (in_place) {
    residual = {};
  } else {
    convolve_without_graph(exec, problem, operands);
  }
  if (!bias.empty() || !residual.empty() || relu) {
    conv2d_epilogue(exec, y, bias, residual, y, relu);
  }
}

}  // namespace

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  if (packed) weight.data = packed->keep_plain(weight.data);
  const Operands operands{x, weight, y};
  const Conv2dProblem problem = problem_of(Conv2dPass::kForward, operands, params);
  const bool alone = bias.empty() && residual.empty() && !params.relu;
  if (alone) return convolve(exec, problem, operands);

  const bool in_place = !residual.empty() && residual.data == y.data;
  // Without a bias cuDNN has no ready-made kernel, and needs 0.2 s to find that out.
  if (!bias.empty() && !in_place &&
      run_fused_graph(exec, problem, params.relu, operands, bias, residual)) {
    return;
  }
  // The plan and a pass of our own over y: still cheaper for the host than the older
  // functions are where they fuse. In place, y holds the residual until that pass.
  const Scratch sum(exec, in_place ? y.size_bytes() : 0);
  const View to = in_place ? View{sum.data(), y.shape, y.dtype} : y;
  const Operands apart{x, weight, to};
  if (run_conv2d_graph(exec, problem, pointers_of(problem.pass, apart))) {
    return conv2d_epilogue(exec, to, bias, residual, y, params.relu);
  }
  conv2d_without_graph(exec, problem, operands, bias, residual, params.relu);
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  const Operands operands{dy, weight, dx};
  convolve(exec, problem_of(Conv2dPass::kBackwardData, operands, params), operands);
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  const Operands operands{x, dy, dweight};
  convolve(exec, problem_of(Conv2dPass::kBackwardWeight, operands, params), operands);
  if (!dbias.empty()) conv2d_backward_bias(exec, dy, dbias);
}

}  // namespace salix::kernels::cuda
