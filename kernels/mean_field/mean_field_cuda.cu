#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/vector_math.h"
#include "kernels/mean_field/mean_field.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

struct Weights {
  float of[kMaxMeanFieldKernels];
};

// Bound by memory: every access is coalesced, every value is touched once but the norms.
__global__ void mean_field_kernel(const float* unary, const float* message, const float* norm,
                                  Weights weight, int kernels, std::int64_t points, float* score,
                                  float* sender) {
  const std::int64_t i = global_thread();
  if (i >= points) return;
  float s = unary[i];
  for (int k = 0; k < kernels; ++k)
    s += weight.of[k] * norm[k * points + i] * message[k * points + i];
  score[i] = s;
  const float difference = 2.0f / (1.0f + fast_exp(-s)) - 1.0f;
  for (int k = 0; k < kernels; ++k) sender[k * points + i] = norm[k * points + i] * difference;
}

}  // namespace

void mean_field_step(Exec& exec, ConstView unary, ConstView message, ConstView norm,
                     const std::array<float, kMaxMeanFieldKernels>& weight, View score,
                     View sender) {
  Weights weights{};
  for (std::size_t k = 0; k < weight.size(); ++k) weights.of[k] = weight[k];
  const std::int64_t points = unary.dim(0);
  launch(exec, {dim3(blocks_for(points, kThreadsPerBlock)), dim3(kThreadsPerBlock)},
         mean_field_kernel, unary.as<float>(), message.as<float>(), norm.as<float>(), weights,
         static_cast<int>(message.dim(0)), points, score.as<float>(), sender.as<float>());
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
