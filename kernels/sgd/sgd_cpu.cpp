#include "engine/parallel.h"
#include "kernels/common/update_controls.h"
#include "kernels/sgd/sgd.h"

namespace salix::kernels::cpu {

void sgd_step(Exec&, View parameter, ConstView gradient, View velocity, SgdParams params) {
  if (!params.frozen.empty() && *params.frozen.as<float>() != 0.0f) return;
  const auto step = [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* p = parameter.as<T>();
    T* v = velocity.as<T>();
    const T* dp = gradient.as<T>();
    const T rate = static_cast<T>(params.learning_rate),
            decay = static_cast<T>(params.weight_decay);
    const T scale = params.gradient_scale.empty() ? T(1) : *params.gradient_scale.as<T>();
    const T keep = static_cast<T>(params.momentum);
    const GradientLimit<T> limited(params.gradient_limit);
    parallel_for(parameter.numel(), grain_for(1), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T g = limited(scale * dp[i]) + decay * p[i];
        v[i] = params.first_step ? g : keep * v[i] + g;
        p[i] -= rate * (params.nesterov ? g + keep * v[i] : v[i]);
      }
    });
  };
  if (parameter.dtype == DType::kFloat64) return step(TypeTag<double>{});
  if (parameter.dtype == DType::kFloat32) return step(TypeTag<float>{});
  throw NotSupported(str("sgd_step: needs float32 or float64; got ", parameter.dtype));
}

}  // namespace salix::kernels::cpu
