#include "engine/parallel.h"
#include "kernels/common/vector_math.h"
#include "kernels/mean_field/mean_field.h"

namespace salix::kernels::cpu {

constexpr std::int64_t kRange = 4096;

// Kernel by kernel, so that every loop runs over whole vectors; a range stays in the cache.
void mean_field_step(Exec&, ConstView unary, ConstView message, ConstView norm,
                     const std::array<float, kMaxMeanFieldKernels>& weight, View score,
                     View sender) {
  const std::int64_t points = unary.dim(0), kernels = message.dim(0);
  const float* u = unary.as<float>();
  float* s = score.as<float>();
  parallel_for(points, kRange, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) s[i] = u[i];
    for (std::int64_t k = 0; k < kernels; ++k) {
      const float* m = message.as<float>() + k * points;
      const float* n = norm.as<float>() + k * points;
      const float w = weight[static_cast<std::size_t>(k)];
      for (std::int64_t i = begin; i < end; ++i) s[i] += w * n[i] * m[i];
    }
    float difference[kRange];
    for (std::int64_t i = begin; i < end; ++i) {
      difference[i - begin] = 2.0f / (1.0f + fast_exp(-s[i])) - 1.0f;
    }
    for (std::int64_t k = 0; k < kernels; ++k) {
      const float* n = norm.as<float>() + k * points;
      float* out = sender.as<float>() + k * points;
      for (std::int64_t i = begin; i < end; ++i) out[i] = n[i] * difference[i - begin];
    }
  });
}

}  // namespace salix::kernels::cpu
