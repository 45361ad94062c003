// Small dense products on the CPU whose operands lie in the caller's tiles: rows of any number,
// columns in whole vectors. Include only from files that are compiled for one instruction set.
#pragma once

#include <cstdint>

#include "kernels/common/simd.h"

namespace salix::kernels {

// Element (r,k) of a matrix lies at data[r * row_step + k * column_step].
struct PanelLeft {
  const float* data;
  std::int64_t row_step, column_step;
};
// Row r of a matrix begins at data + r * row_step.
struct PanelRight {
  const float* data;
  std::int64_t row_step;
};
struct PanelResult {
  float* data;
  std::int64_t row_step;
};

// Six rows of two vectors are summed at once, which takes 12 of AVX2's 16 registers; what remains
// holds two vectors of b and a broadcast.
template <int kLanes>
class PanelProduct {
 public:
  // c [rows][width] = a [rows][depth] times b [depth][width], or added to c. width: a multiple of
  // kLanes.
  static void set(std::int64_t rows, const PanelLeft& a, const PanelRight& b, std::int64_t depth,
                  std::int64_t width, const PanelResult& c) {
    run<false>(rows, a, b, depth, width, c);
  }
  static void add(std::int64_t rows, const PanelLeft& a, const PanelRight& b, std::int64_t depth,
                  std::int64_t width, const PanelResult& c) {
    run<true>(rows, a, b, depth, width, c);
  }

 private:
  using Vec = typename Simd<kLanes>::Vec;
  static constexpr int kRows = 6;

  // A panel of b stays in the cache while all rows pass.
  template <bool kAdd>
  static void run(std::int64_t rows, const PanelLeft& a, const PanelRight& b, std::int64_t depth,
                  std::int64_t width, const PanelResult& c) {
    std::int64_t column = 0;
    for (; column + 2 * kLanes <= width; column += 2 * kLanes) {
      panel<kAdd, 2>(rows, a, {b.data + column, b.row_step}, depth, {c.data + column, c.row_step});
    }
    if (column < width) {
      panel<kAdd, 1>(rows, a, {b.data + column, b.row_step}, depth, {c.data + column, c.row_step});
    }
  }

  template <bool kAdd, int kVecs>
  static void panel(std::int64_t rows, const PanelLeft& a, const PanelRight& b, std::int64_t depth,
                    const PanelResult& c) {
    for (std::int64_t r = 0; r < rows; r += kRows) {
      some<kAdd, kVecs, kRows>(rows - r, {a.data + r * a.row_step, a.row_step, a.column_step}, b,
                               depth, {c.data + r * c.row_step, c.row_step});
    }
  }

  // A group of the last rows, found by counting down.
  template <bool kAdd, int kVecs, int kCount>
  static void some(std::int64_t rows, const PanelLeft& a, const PanelRight& b, std::int64_t depth,
                   const PanelResult& c) {
    if constexpr (kCount > 1) {
      if (rows < kCount) return some<kAdd, kVecs, kCount - 1>(rows, a, b, depth, c);
    }
    Vec sums[kCount][kVecs];
#pragma GCC unroll 8
    for (int r = 0; r < kCount; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kVecs; ++v) {
        sums[r][v] = kAdd ? load<Vec>(c.data + r * c.row_step + v * kLanes) : Vec{};
      }
    }
    for (std::int64_t k = 0; k < depth; ++k) {
      Vec right[kVecs];
#pragma GCC unroll 8
      for (int v = 0; v < kVecs; ++v) right[v] = load<Vec>(b.data + k * b.row_step + v * kLanes);
#pragma GCC unroll 8
      for (int r = 0; r < kCount; ++r) {
        const float left = a.data[r * a.row_step + k * a.column_step];
#pragma GCC unroll 8
        for (int v = 0; v < kVecs; ++v) sums[r][v] += left * right[v];
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kCount; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kVecs; ++v) store(c.data + r * c.row_step + v * kLanes, sums[r][v]);
    }
  }
};

}  // namespace salix::kernels
