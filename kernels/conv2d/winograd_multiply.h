// The matrix products between the transforms. Include only from the files that are
// compiled for one instruction set.
#pragma once

#include "kernels/common/simd.h"
#include "kernels/conv2d/winograd_kernels.h"

namespace salix::kernels::winograd {

// kMaxRows tiles x two vectors of outputs are kept in registers: 13 x 2 of AVX-512's 32,
// 6 x 2 of AVX2's 16; what remains holds two weights and a broadcast value.
template <int kLanes, int kMaxRows>
struct Multiply {
  using Vec = typename Simd<kLanes>::Vec;
  static constexpr int kPanel = 2 * kLanes;

  template <int kRows>
  static void rows(const float* v, std::int64_t v_stride, std::int64_t inputs, const float* weight,
                   float* products, std::int64_t products_stride) {
    Vec low[kRows], high[kRows];
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) low[r] = high[r] = Vec{};
    for (std::int64_t c = 0; c < inputs; ++c) {
      const Vec weight_low = load<Vec>(weight + c * kPanel);
      const Vec weight_high = load<Vec>(weight + c * kPanel + kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const float value = v[r * v_stride + c];
        low[r] += value * weight_low;
        high[r] += value * weight_high;
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      store(products + r * products_stride, low[r]);
      store(products + r * products_stride + kLanes, high[r]);
    }
  }

  // rows<count>, found by counting down from kMaxRows.
  template <int kRows = kMaxRows>
  static void rows_of(int count, const float* v, std::int64_t v_stride, std::int64_t inputs,
                      const float* weight, float* products, std::int64_t products_stride) {
    if constexpr (kRows > 1) {
      if (count < kRows) {
        return rows_of<kRows - 1>(count, v, v_stride, inputs, weight, products, products_stride);
      }
    }
    rows<kRows>(v, v_stride, inputs, weight, products, products_stride);
  }

  static void run(const float* v, std::int64_t v_stride, std::int64_t tiles, std::int64_t inputs,
                  const float* weight, float* products, std::int64_t products_stride) {
    // Groups of nearly equal size: 14 tiles as 7 + 7 keep the FMA units busy, 13 + 1 do not.
    const std::int64_t groups = (tiles + kMaxRows - 1) / kMaxRows;
    for (std::int64_t g = 0; g < groups; ++g) {
      const std::int64_t begin = tiles * g / groups, end = tiles * (g + 1) / groups;
      rows_of(static_cast<int>(end - begin), v + begin * v_stride, v_stride, inputs, weight,
              products + begin * products_stride, products_stride);
    }
  }
};

}  // namespace salix::kernels::winograd
