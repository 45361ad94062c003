#include "engine/parallel.h"
#include "kernels/argmax/argmax.h"
#include "kernels/common/pool_window.h"

namespace salix::kernels::cpu {

void argmax(Exec&, ConstView x, View y) {
  visit_float("argmax", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const std::int64_t size = x.dim(-1);
    parallel_for(y.numel(), grain_for(size), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const T* values = x.as<T>() + row * size;
        Real best = static_cast<Real>(values[0]);
        std::int32_t where = 0;
        for (std::int64_t c = 1; c < size; ++c) {
          const Real value = static_cast<Real>(values[c]);
          if (!beats(value, best)) continue;
          best = value;
          where = static_cast<std::int32_t>(c);
        }
        y.as<std::int32_t>()[row] = where;
      }
    });
  });
}

}  // namespace salix::kernels::cpu
