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

// Products with kVecs vectors to a row of b and c. Two vectors of at most six rows are summed at
// once, which takes 12 of AVX2's 16 registers; what remains holds two vectors of b and a broadcast.
template <int kLanes, int kVecs>
struct Tile {
  using Vec = typename Simd<kLanes>::Vec;
  static constexpr int kWidth = kLanes * kVecs;
  static constexpr int kRows = 6;

  // c [count][kWidth] = a [count][depth] times b [depth][kWidth].
  static void multiply(int count, Strided a, const float* b, int depth, float* c) {
    int v = 0;
    for (; v + 2 <= kVecs; v += 2) panel<2>(count, a, b + v * kLanes, depth, c + v * kLanes);
    if (v < kVecs) panel<1>(count, a, b + v * kLanes, depth, c + v * kLanes);
  }

 private:
  // Groups of nearly equal size: 49 rows as 5 and 6 keep the FMA units busy, 8 times 6 and 1 do
  // not.
  template <int kPanel>
  static void panel(int count, const Strided& a, const float* b, int depth, float* c) {
    const int groups = (count + kRows - 1) / kRows;
    for (int g = 0; g < groups; ++g) {
      const int begin = count * g / groups, end = count * (g + 1) / groups;
      rows_of<kPanel, kRows>(end - begin, {a.data + begin * a.row_step, a.row_step, a.column_step},
                             b, depth, c + begin * kWidth);
    }
  }

  // rows<count>, found by counting down.
  template <int kPanel, int kCount>
  static void rows_of(int count, const Strided& a, const float* b, int depth, float* c) {
    if constexpr (kCount > 1) {
      if (count < kCount) return rows_of<kPanel, kCount - 1>(count, a, b, depth, c);
    }
    rows<kPanel, kCount>(a, b, depth, c);
  }

  template <int kPanel, int kCount>
  static void rows(const Strided& a, const float* b, int depth, float* c) {
    Vec sums[kCount][kPanel];
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < kPanel; ++v) sums[r][v] = Vec{};
    }
    for (int k = 0; k < depth; ++k) {
      Vec right[kPanel];
#pragma GCC unroll 16
      for (int v = 0; v < kPanel; ++v) right[v] = load<Vec>(b + k * kWidth + v * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kCount; ++r) {
        const float left = a.data[r * a.row_step + k * a.column_step];
#pragma GCC unroll 16
        for (int v = 0; v < kPanel; ++v) sums[r][v] += left * right[v];
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < kPanel; ++v) store(c + r * kWidth + v * kLanes, sums[r][v]);
    }
  }
};

}  // namespace salix::kernels::vectorised
