// The two innermost loops of the plain references for convolution and matrix product,
// in a form that the compiler vectorises; bfloat16 is summed in float.
#pragma once

#include <cstdint>

#include "engine/dtype.h"
#include "kernels/common/element.h"

namespace salix::kernels {

// sum over k of a(k) * b(k). `omp simd` lets the compiler keep several partial sums: their
// order is fixed when it compiles.
template <typename T>
accumulator<T> dot(const T* a, const T* b, std::int64_t count) {
  accumulator<T> sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t k = 0; k < count; ++k) {
    sum += load_element(a, k) * load_element(b, k);
  }
  return sum;
}

// to(k) += scale * from(k)
template <typename T>
void add_scaled(accumulator<T> scale, const T* from, std::int64_t count, accumulator<T>* to) {
  for (std::int64_t k = 0; k < count; ++k) to[k] += scale * load_element(from, k);
}

}  // namespace salix::kernels
