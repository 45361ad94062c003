#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/adam/adam.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/update_controls.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

// Bound by memory: four reads and three writes per element, all coalesced.
__global__ void adam_kernel(float* p, const float* dp, float* m, float* v, std::int64_t count,
                            AdamUpdate<float> update, const float* scale, const float* frozen,
                            GradientLimit<float> limited) {
  if (frozen != nullptr && *frozen != 0.0f) return;
  const std::int64_t i = global_thread();
  if (i >= count) return;
  update(p[i], limited(scale != nullptr ? *scale * dp[i] : dp[i]), m[i], v[i]);
}

}  // namespace

void adam_step(Exec& exec, View parameter, ConstView gradient, View first_moment,
               View second_moment, AdamParams params) {
  require_float32("adam_step", parameter.dtype);
  launch(exec, {blocks_for(parameter.numel(), kThreadsPerBlock), kThreadsPerBlock}, adam_kernel,
         parameter.as<float>(), gradient.as<float>(), first_moment.as<float>(),
         second_moment.as<float>(), parameter.numel(), AdamUpdate<float>(params),
         data_or_null<float>(params.gradient_scale), data_or_null<float>(params.frozen),
         GradientLimit<float>(params.gradient_limit));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
