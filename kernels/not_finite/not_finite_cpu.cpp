#include <algorithm>
#include <cmath>

#include "kernels/common/full_precision.h"
#include "kernels/not_finite/not_finite.h"

namespace salix::kernels::cpu {

void mark_not_finite(Exec&, ConstView values, View flag) {
  visit_full_precision("mark_not_finite", values.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* begin = values.as<T>();
    const bool finite = std::all_of(begin, begin + values.numel(), [](T value) {
      return std::isfinite(static_cast<double>(value));
    });
    if (!finite) *flag.as<float>() = 1.0f;
  });
}

}  // namespace salix::kernels::cpu
