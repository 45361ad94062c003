#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/update_controls.h"
#include "kernels/sgd/sgd.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

// Bound by memory: three reads and two writes per element, all coalesced.
__global__ void sgd_kernel(float* p, const float* dp, float* v, std::int64_t count, float rate,
                           float keep, float decay, bool first_step, bool nesterov,
                           const float* scale, const float* frozen, GradientLimit<float> limited) {
  if (frozen != nullptr && *frozen != 0.0f) return;
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= count) return;
  const float g = limited(scale != nullptr ? *scale * dp[i] : dp[i]) + decay * p[i];
  const float velocity = first_step ? g : keep * v[i] + g;
  v[i] = velocity;
  p[i] -= rate * (nesterov ? g + keep * velocity : velocity);
}

}  // namespace

void sgd_step(Exec& exec, View parameter, ConstView gradient, View velocity, SgdParams params) {
  if (parameter.dtype != DType::kFloat32) {
    throw NotSupported(str("sgd_step: needs float32 on this device; got ", parameter.dtype));
  }
  const std::int64_t count = parameter.numel();
  const auto blocks = static_cast<unsigned>((count + kThreadsPerBlock - 1) / kThreadsPerBlock);
  launch(exec, {dim3(blocks), dim3(kThreadsPerBlock)}, sgd_kernel, parameter.as<float>(),
         gradient.as<float>(), velocity.as<float>(), count,
         static_cast<float>(params.learning_rate), static_cast<float>(params.momentum),
         static_cast<float>(params.weight_decay), params.first_step, params.nesterov,
         data_or_null<float>(params.gradient_scale), data_or_null<float>(params.frozen),
         GradientLimit<float>(params.gradient_limit));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
