// Average pooling on the CPU for any kind of window (strided or adaptive). A window is a
// range of rows times a range of columns, so rows are added first, whole rows at a time:
// that vectorises for one channel too, and a window of k x k pixels costs 2 k additions
// instead of k k (an 11 x 11 blur of one channel became 7 to 11 times faster).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/parallel.h"
#include "engine/tensor_view.h"
#include "kernels/common/pool_window.h"

namespace salix::kernels::cpu {

// sum[i] += weight * from[i]
template <typename T, typename Real>
void add_weighted(const T* __restrict from, Real weight, std::int64_t count, Real* __restrict sum) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += weight * static_cast<Real>(from[i]);
}

// pixel[c] = scale * the sum over `columns` of weight(column) * row[column][c]
template <typename T, typename Real, typename Weight>
void combine_columns(const Real* row, PoolRange columns, std::int64_t channels,
                     const Weight& weight, Real* sum, T* __restrict pixel) {
  std::fill_n(sum, channels, Real(0));
  for (int s = columns.begin; s < columns.end; ++s) {
    add_weighted(row + s * channels, weight(s), channels, sum);
  }
  for (std::int64_t c = 0; c < channels; ++c) pixel[c] = static_cast<T>(sum[c]);
}

template <typename T, typename Axis>
void avg_pool(ConstView x, View y, const Axis& height, const Axis& width) {
  using Real = accumulator<T>;
  const std::int64_t channels = x.dim(3), row_size = x.dim(2) * channels;
  const std::int64_t work = row_size * height.window(0).size() + y.dim(2) * channels;
  parallel_for(y.dim(0) * y.dim(1), grain_for(work), [&](std::int64_t begin, std::int64_t end) {
    std::vector<Real> row_sum(static_cast<std::size_t>(row_size));
    std::vector<Real> sum(static_cast<std::size_t>(channels));
    for (std::int64_t row = begin; row < end; ++row) {
      const T* image = x.as<T>() + row / y.dim(1) * x.dim(1) * row_size;
      const int i = static_cast<int>(row % y.dim(1));
      const PoolRange rows = height.window(i);
      row_sum.assign(row_sum.size(), Real(0));
      for (int r = rows.begin; r < rows.end; ++r) {
        add_weighted(image + r * row_size, Real(1), row_size, row_sum.data());
      }
      for (int j = 0; j < width.out_size; ++j) {
        const Real scale = Real(1) / static_cast<Real>(height.divisor(i) * width.divisor(j));
        combine_columns(
            row_sum.data(), width.window(j), channels, [&](int) { return scale; }, sum.data(),
            y.as<T>() + (row * y.dim(2) + j) * channels);
      }
    }
  });
}

// Each dx row collects its share of the windows that contain it, then each of its pixels.
template <typename T, typename Axis>
void avg_pool_backward(ConstView dy, View dx, const Axis& height, const Axis& width) {
  using Real = accumulator<T>;
  const std::int64_t channels = dx.dim(3), out_row = dy.dim(2) * channels;
  parallel_for(dx.dim(0) * dx.dim(1), grain_for(dx.dim(2) * channels),
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<Real> row_sum(static_cast<std::size_t>(out_row));
                 std::vector<Real> sum(static_cast<std::size_t>(channels));
                 for (std::int64_t row = begin; row < end; ++row) {
                   const T* image = dy.as<T>() + row / dx.dim(1) * dy.dim(1) * out_row;
                   const PoolRange rows = height.readers(static_cast<int>(row % dx.dim(1)));
                   row_sum.assign(row_sum.size(), Real(0));
                   for (int r = rows.begin; r < rows.end; ++r) {
                     const Real share = Real(1) / static_cast<Real>(height.divisor(r));
                     add_weighted(image + r * out_row, share, out_row, row_sum.data());
                   }
                   for (int j = 0; j < width.in_size; ++j) {
                     combine_columns(
                         row_sum.data(), width.readers(j), channels,
                         [&](int s) { return Real(1) / static_cast<Real>(width.divisor(s)); },
                         sum.data(), dx.as<T>() + (row * dx.dim(2) + j) * channels);
                   }
                 }
               });
}

}  // namespace salix::kernels::cpu
