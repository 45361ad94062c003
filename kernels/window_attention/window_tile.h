// Small dense products whose result is only a few vectors wide: what attention inside one window is
// made of. Include only from files that are compiled for one instruction set.
#pragma once

#include <cstdint>

#include "kernels/common/simd.h"

namespace salix::kernels::vectorised {

// Elements of a matrix: row r, column k lies at data[r * row_step + k * column_step].
struct Strided {
  const float* data;
  std::int64_t row_step, column_step;
};

// Products with kVecs vectors to a row of b and c. As many rows as fit 12 of AVX2's 16 registers
// are summed at once; b comes from the L1 cache, a is broadcast.
template <int kLanes, int kVecs>
struct Tile {
  using Vec = typename Simd<kLanes>::Vec;
  static constexpr int kWidth = kLanes * kVecs;
  static constexpr int kRows = kVecs > 6 ? 1 : 12 / kVecs;

  template <int kCount>
  static void rows(Strided a, const float* b, int depth, float* c) {
    Vec sums[kCount][kVecs];
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < kVecs; ++v) sums[r][v] = Vec{};
    }
    for (int k = 0; k < depth; ++k) {
      Vec right[kVecs];
#pragma GCC unroll 16
      for (int v = 0; v < kVecs; ++v) right[v] = load<Vec>(b + k * kWidth + v * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kCount; ++r) {
        const float left = a.data[r * a.row_step + k * a.column_step];
#pragma GCC unroll 16
        for (int v = 0; v < kVecs; ++v) sums[r][v] += left * right[v];
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < kVecs; ++v) store(c + r * kWidth + v * kLanes, sums[r][v]);
    }
  }

  // c [count][kWidth] = a [count][depth] times b [depth][kWidth].
  static void multiply(int count, Strided a, const float* b, int depth, float* c) {
    int r = 0;
    for (; r + kRows <= count; r += kRows) {
      rows<kRows>({a.data + r * a.row_step, a.row_step, a.column_step}, b, depth, c + r * kWidth);
    }
    for (; r < count; ++r) {
      rows<1>({a.data + r * a.row_step, a.row_step, a.column_step}, b, depth, c + r * kWidth);
    }
  }
};

}  // namespace salix::kernels::vectorised
