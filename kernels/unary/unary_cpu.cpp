#include "engine/parallel.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels::cpu {

// Every formula but pow and log is free of library calls, so that compilers vectorise
// these loops for float and bfloat16.
void unary(Exec&, UnaryOp op, ConstView x, View y, UnaryParams params) {
  visit_float("unary", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    visit_unary<Real>(op, params, [&](auto formula) {
      const T* in = x.as<T>();
      T* out = y.as<T>();
      parallel_for(x.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          out[i] = static_cast<T>(formula.value(static_cast<Real>(in[i])));
        }
      });
    });
  });
}

void unary_backward(Exec&, UnaryOp op, ConstView saved, ConstView dy, View dx, UnaryParams params) {
  visit_float("unary_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    visit_unary<Real>(op, params, [&](auto formula) {
      const T* kept = saved.as<T>();
      const T* in = dy.as<T>();
      T* out = dx.as<T>();
      parallel_for(dy.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          out[i] = static_cast<T>(
              formula.gradient(static_cast<Real>(kept[i]), static_cast<Real>(in[i])));
        }
      });
    });
  });
}

}  // namespace salix::kernels::cpu
