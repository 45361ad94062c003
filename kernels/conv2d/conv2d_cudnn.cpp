// Convolution through cuDNN, channels-last. An algorithm is chosen once per problem by
// cuDNN's heuristic, among the deterministic ones unless the Exec is `fast`.
#include <array>
#include <vector>

#include "kernels/common/lru_cache.h"
#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/cudnn/cudnn.h"

namespace salix::kernels::cuda {
namespace {

enum class Pass { kForward, kBackwardData, kBackwardWeight };

struct Plan {
  cudnn::TensorDescriptor x, y, bias;
  cudnn::FilterDescriptor weight;
  cudnn::ConvolutionDescriptor convolution;
  cudnn::ActivationDescriptor relu;
  int algorithm = 0;  // of the pass's own enumeration
  std::size_t workspace_bytes = 0;
  bool fuses = true;  // until cuDNN says that this problem has no fused kernel
};

cudnnMathType_t math_type(const Exec& exec, DType dtype) {
  if (dtype != DType::kFloat32) return CUDNN_TENSOR_OP_MATH;
  return exec.options().allow_tf32 ? CUDNN_TENSOR_OP_MATH : CUDNN_FMA_MATH;
}

// The first of cuDNN's candidates (fastest first) that may be used here. With FMA asked for,
// a candidate that insists on tensor cores would compute in TF32.
template <typename Candidate>
const Candidate& choose(Exec& exec, const std::vector<Candidate>& candidates, bool fma_only) {
  for (const Candidate& candidate : candidates) {
    const bool repeats = exec.options().fast || candidate.determinism == CUDNN_DETERMINISTIC;
    const bool tensor_cores = candidate.mathType == CUDNN_TENSOR_OP_MATH ||
                              candidate.mathType == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
    if (candidate.status == CUDNN_STATUS_SUCCESS && repeats && !(fma_only && tensor_cores)) {
      return candidate;
    }
  }
  throw NotSupported(
      "conv2d: cuDNN has no deterministic algorithm for this shape; allow others with --fast");
}

void choose_algorithm(Exec& exec, Pass pass, bool fma_only, Plan& plan) {
  cudnnHandle_t handle = exec.extension<cudnn::State>().handle();
  constexpr int kCandidates = 16;
  int count = 0;
  const auto adopt = [&](const auto& chosen) {
    plan.algorithm = static_cast<int>(chosen.algo);
    plan.workspace_bytes = chosen.memory;
    if (!fma_only) {
      SALIX_CUDNN(cudnnSetConvolutionMathType(plan.convolution.get(), chosen.mathType));
    }
  };
  if (pass == Pass::kForward) {
    std::vector<cudnnConvolutionFwdAlgoPerf_t> found(kCandidates);
    SALIX_CUDNN(cudnnGetConvolutionForwardAlgorithm_v7(handle, plan.x.get(), plan.weight.get(),
                                                       plan.convolution.get(), plan.y.get(),
                                                       kCandidates, &count, found.data()));
    found.resize(static_cast<std::size_t>(count));
    adopt(choose(exec, found, fma_only));
  } else if (pass == Pass::kBackwardData) {
    std::vector<cudnnConvolutionBwdDataAlgoPerf_t> found(kCandidates);
    SALIX_CUDNN(cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, plan.weight.get(), plan.y.get(),
                                                            plan.convolution.get(), plan.x.get(),
                                                            kCandidates, &count, found.data()));
    found.resize(static_cast<std::size_t>(count));
    adopt(choose(exec, found, fma_only));
  } else {
    std::vector<cudnnConvolutionBwdFilterAlgoPerf_t> found(kCandidates);
    SALIX_CUDNN(cudnnGetConvolutionBackwardFilterAlgorithm_v7(
        handle, plan.x.get(), plan.y.get(), plan.convolution.get(), plan.weight.get(), kCandidates,
        &count, found.data()));
    found.resize(static_cast<std::size_t>(count));
    adopt(choose(exec, found, fma_only));
  }
}

Plan make_plan(Exec& exec, Pass pass, DType dtype, const Shape& x, const Shape& weight,
               const Shape& y, const Conv2dParams& p) {
  Plan plan;
  plan.x = cudnn::map_descriptor(x, dtype);
  plan.y = cudnn::map_descriptor(y, dtype);
  plan.bias = cudnn::map_descriptor({1, 1, 1, y[3]}, dtype);
  plan.weight = cudnn::filter_descriptor(weight, dtype);
  cudnnConvolutionDescriptor_t convolution = nullptr;
  SALIX_CUDNN(cudnnCreateConvolutionDescriptor(&convolution));
  plan.convolution.reset(convolution);
  SALIX_CUDNN(cudnnSetConvolution2dDescriptor(convolution, p.padding.h, p.padding.w, p.stride.h,
                                              p.stride.w, p.dilation.h, p.dilation.w,
                                              CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
  SALIX_CUDNN(cudnnSetConvolutionGroupCount(convolution, p.groups));
  const cudnnMathType_t math = math_type(exec, dtype);
  SALIX_CUDNN(cudnnSetConvolutionMathType(convolution, math));
  cudnnActivationDescriptor_t relu = nullptr;
  SALIX_CUDNN(cudnnCreateActivationDescriptor(&relu));
  plan.relu.reset(relu);
  SALIX_CUDNN(cudnnSetActivationDescriptor(relu, CUDNN_ACTIVATION_RELU, CUDNN_PROPAGATE_NAN, 0.0));
  choose_algorithm(exec, pass, math == CUDNN_FMA_MATH, plan);
  return plan;
}

// The plans of one Exec.
class Conv2dPlans {
 public:
  explicit Conv2dPlans(Exec& exec) : exec_(exec) {}

  Plan& get(Pass pass, DType dtype, const Shape& x, const Shape& weight, const Shape& y,
            const Conv2dParams& p) {
    const Key key{static_cast<int>(pass),
                  static_cast<int>(dtype),
                  x[0],
                  x[1],
                  x[2],
                  x[3],
                  weight[0],
                  weight[1],
                  weight[2],
                  p.stride.h,
                  p.stride.w,
                  p.padding.h,
                  p.padding.w,
                  p.dilation.h,
                  p.dilation.w,
                  p.groups};
    return plans_.get(key, [&] { return make_plan(exec_, pass, dtype, x, weight, y, p); });
  }

 private:
  using Key = std::array<std::int64_t, 16>;
  Exec& exec_;
  LruCache<Key, Plan> plans_{512};  // a network's layers, all passes, at several input sizes
};

constexpr float kOne = 1.0f, kZero = 0.0f;

// Bias, residual and ReLU inside the library's kernel. False when it has none for this
// problem; then nothing was written.
bool run_fused(Exec& exec, Plan& plan, ConstView x, ConstView weight, ConstView bias,
               ConstView residual, View y, void* workspace) {
  if (!plan.fuses) return false;
  const cudnnStatus_t status = cudnnConvolutionBiasActivationForward(
      exec.extension<cudnn::State>().handle(), &kOne, plan.x.get(), x.data, plan.weight.get(),
      weight.data, plan.convolution.get(), static_cast<cudnnConvolutionFwdAlgo_t>(plan.algorithm),
      workspace, plan.workspace_bytes, residual.empty() ? &kZero : &kOne, plan.y.get(),
      residual.empty() ? y.data : residual.data, plan.bias.get(), bias.data, plan.relu.get(),
      plan.y.get(), y.data);
  plan.fuses = CUDNN_STATUS_CATEGORY(status) != CUDNN_STATUS_NOT_SUPPORTED;
  if (!plan.fuses) return false;
  if (status != CUDNN_STATUS_SUCCESS) {
    cudnn::throw_error(status, "cudnnConvolutionBiasActivationForward", __FILE__, __LINE__);
  }
  return true;
}

}  // namespace

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  if (packed) weight.data = packed->keep_plain(weight.data);
  Plan& plan = exec.extension<Conv2dPlans>().get(Pass::kForward, x.dtype, x.shape, weight.shape,
                                                 y.shape, params);
  const Scratch workspace(exec, plan.workspace_bytes);
  if (params.relu && !bias.empty() &&
      run_fused(exec, plan, x, weight, bias, residual, y, workspace.data())) {
    return;
  }
  // A residual in place is what the convolution adds to.
  const bool in_place = !residual.empty() && residual.data == y.data;
  SALIX_CUDNN(cudnnConvolutionForward(
      exec.extension<cudnn::State>().handle(), &kOne, plan.x.get(), x.data, plan.weight.get(),
      weight.data, plan.convolution.get(), static_cast<cudnnConvolutionFwdAlgo_t>(plan.algorithm),
      workspace.data(), plan.workspace_bytes, in_place ? &kOne : &kZero, plan.y.get(), y.data));
  if (in_place) residual = {};
  if (!bias.empty() || !residual.empty() || params.relu) {
    conv2d_epilogue(exec, y, bias, residual, y, params.relu);
  }
}

void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  Plan& plan = exec.extension<Conv2dPlans>().get(Pass::kBackwardData, dx.dtype, dx.shape,
                                                 weight.shape, dy.shape, params);
  const Scratch workspace(exec, plan.workspace_bytes);
  SALIX_CUDNN(cudnnConvolutionBackwardData(
      exec.extension<cudnn::State>().handle(), &kOne, plan.weight.get(), weight.data, plan.y.get(),
      dy.data, plan.convolution.get(), static_cast<cudnnConvolutionBwdDataAlgo_t>(plan.algorithm),
      workspace.data(), plan.workspace_bytes, &kZero, plan.x.get(), dx.data));
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  Plan& plan = exec.extension<Conv2dPlans>().get(Pass::kBackwardWeight, x.dtype, x.shape,
                                                 dweight.shape, dy.shape, params);
  const Scratch workspace(exec, plan.workspace_bytes);
  SALIX_CUDNN(cudnnConvolutionBackwardFilter(
      exec.extension<cudnn::State>().handle(), &kOne, plan.x.get(), x.data, plan.y.get(), dy.data,
      plan.convolution.get(), static_cast<cudnnConvolutionBwdFilterAlgo_t>(plan.algorithm),
      workspace.data(), plan.workspace_bytes, &kZero, plan.weight.get(), dweight.data));
  if (!dbias.empty()) conv2d_backward_bias(exec, dy, dbias);
}

}  // namespace salix::kernels::cuda
