#include "engine/parallel.h"
#include "kernels/adam/adam.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/update_controls.h"

namespace salix::kernels::cpu {

void adam_step(Exec&, View parameter, ConstView gradient, View first_moment, View second_moment,
               AdamParams params) {
  if (!params.frozen.empty() && *params.frozen.as<float>() != 0.0f) return;
  visit_full_precision("adam_step", parameter.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* p = parameter.as<T>();
    T* m = first_moment.as<T>();
    T* v = second_moment.as<T>();
    const T* dp = gradient.as<T>();
    const T scale = params.gradient_scale.empty() ? T(1) : *params.gradient_scale.as<T>();
    const AdamUpdate<T> update(params);
    const GradientLimit<T> limited(params.gradient_limit);
    parallel_for(parameter.numel(), grain_for(1), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) update(p[i], limited(scale * dp[i]), m[i], v[i]);
    });
  });
}

}  // namespace salix::kernels::cpu
