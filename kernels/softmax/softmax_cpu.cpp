#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/element.h"
#include "kernels/common/vector_math.h"
#include "kernels/softmax/softmax.h"

// `omp simd` on a sum lets the compiler keep several partial sums: their order is fixed when
// it compiles.
namespace salix::kernels::cpu {
namespace {

// `exps` holds the row's exponentials: of softmax they are computed once.
template <bool kLog, typename T>
void softmax_row(const T* __restrict x, std::int64_t size, accumulator<T>* __restrict exps,
                 T* __restrict y) {
  using Real = accumulator<T>;
  Real peak = -std::numeric_limits<Real>::infinity();
#pragma omp simd reduction(max : peak)
  for (std::int64_t c = 0; c < size; ++c) {
    const Real value = load_element(x, c);
    peak = value > peak ? value : peak;
  }
  Real sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t c = 0; c < size; ++c) {
    const Real e = fast_exp(load_element(x, c) - peak);  // NaN in x reaches every y through sum
    if constexpr (!kLog) exps[c] = e;
    sum += e;
  }
  const Real log_sum = kLog ? std::log(sum) : Real(0), scale = Real(1) / sum;
#pragma omp simd
  for (std::int64_t c = 0; c < size; ++c) {
    store_element(y, c, kLog ? load_element(x, c) - peak - log_sum : exps[c] * scale);
  }
}

template <bool kLog, typename T>
void backward_row(const T* __restrict dy, const T* __restrict y, std::int64_t size,
                  T* __restrict dx) {
  using Real = accumulator<T>;
  Real sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t c = 0; c < size; ++c) {
    sum += kLog ? load_element(dy, c) : load_element(dy, c) * load_element(y, c);
  }
#pragma omp simd
  for (std::int64_t c = 0; c < size; ++c) {
    const Real g = load_element(dy, c), value = load_element(y, c);
    if constexpr (kLog) {
      store_element(dx, c, g - fast_exp(value) * sum);
    } else {
      store_element(dx, c, value * (g - sum));
    }
  }
}

}  // namespace

void softmax(Exec&, ConstView x, View y, SoftmaxParams params) {
  visit_float("softmax", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto row_function = params.log ? softmax_row<true, T> : softmax_row<false, T>;
    const std::int64_t size = x.dim(-1);
    parallel_for(x.numel() / size, grain_for(size), [&](std::int64_t begin, std::int64_t end) {
      std::vector<accumulator<T>> exps(static_cast<std::size_t>(size));
      for (std::int64_t row = begin; row < end; ++row) {
        row_function(x.as<T>() + row * size, size, exps.data(), y.as<T>() + row * size);
      }
    });
  });
}

void softmax_backward(Exec&, ConstView dy, ConstView y, View dx, SoftmaxParams params) {
  visit_float("softmax_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto row_function = params.log ? backward_row<true, T> : backward_row<false, T>;
    const std::int64_t size = dy.dim(-1);
    parallel_for(dy.numel() / size, grain_for(size), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        row_function(dy.as<T>() + row * size, y.as<T>() + row * size, size,
                     dx.as<T>() + row * size);
      }
    });
  });
}

}  // namespace salix::kernels::cpu
