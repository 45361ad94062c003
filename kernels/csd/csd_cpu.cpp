#include <cmath>

#include "kernels/common/full_precision.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/csd/csd.h"

namespace salix::kernels::cpu {

void csd(Exec&, ConstView x, View loss, CsdParams params) {
  visit_full_precision("csd", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const CsdTerm<T> term{static_cast<T>(params.exponent)};
    const T* logits = x.as<T>();
    const double sum = ordered_sums<1, T>(
        x.numel(), [=](std::int64_t first, std::int64_t size, T(*values)[kOrderedChunk]) {
#pragma omp simd
          for (std::int64_t i = 0; i < size; ++i) values[0][i] = term.value(logits[first + i]);
        })[0];
    *loss.as<T>() =
        static_cast<T>(std::pow(0.5, params.exponent) - sum / static_cast<double>(x.numel()));
  });
}

void csd_backward(Exec&, ConstView dloss, ConstView x, View dx, CsdParams params) {
  visit_full_precision("csd_backward", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const CsdTerm<T> term{static_cast<T>(params.exponent)};
    const T scale = -*dloss.as<T>() / static_cast<T>(x.numel());
    const T* logits = x.as<T>();
    T* to = dx.as<T>();
    parallel_for(x.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
      for (std::int64_t i = begin; i < end; ++i) to[i] = scale * term.slope(logits[i]);
    });
  });
}

}  // namespace salix::kernels::cpu
