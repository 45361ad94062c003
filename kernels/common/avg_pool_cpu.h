// Average pooling on the CPU for any kind of window (strided or adaptive). The inner loops
// run over the channels of one pixel, which are neighbours in memory, so they vectorise.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/parallel.h"
#include "engine/tensor_view.h"
#include "kernels/common/pool_window.h"

namespace salix::kernels::cpu {

template <typename T, typename Real>
void add_pixel(const T* pixel, Real weight, std::vector<Real>& sum) {
  for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight * static_cast<Real>(pixel[c]);
}

template <typename T, typename Real>
void store_pixel(const std::vector<Real>& sum, Real scale, T* pixel) {
  for (std::size_t c = 0; c < sum.size(); ++c) pixel[c] = static_cast<T>(sum[c] * scale);
}

template <typename T, typename Axis>
void avg_pool(ConstView x, View y, const Axis& height, const Axis& width) {
  using Real = accumulator<T>;
  const std::int64_t channels = x.dim(3), row_size = x.dim(2) * channels;
  const std::int64_t window_area = std::int64_t{height.window(0).size()} * width.window(0).size();
  parallel_for(y.dim(0) * y.dim(1), grain_for(y.dim(2) * channels * window_area),
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<Real> sum(static_cast<std::size_t>(channels));
                 for (std::int64_t row = begin; row < end; ++row) {
                   const T* image = x.as<T>() + row / y.dim(1) * x.dim(1) * row_size;
                   const int i = static_cast<int>(row % y.dim(1));
                   const PoolRange rows = height.window(i);
                   for (int j = 0; j < width.out_size; ++j) {
                     const PoolRange columns = width.window(j);
                     sum.assign(sum.size(), Real(0));
                     for (int r = rows.begin; r < rows.end; ++r) {
                       for (int s = columns.begin; s < columns.end; ++s) {
                         add_pixel(image + r * row_size + s * channels, Real(1), sum);
                       }
                     }
                     const Real scale =
                         Real(1) / static_cast<Real>(height.divisor(i) * width.divisor(j));
                     store_pixel(sum, scale, y.as<T>() + (row * y.dim(2) + j) * channels);
                   }
                 }
               });
}

// Each dx pixel collects its share of the windows that contain it.
template <typename T, typename Axis>
void avg_pool_backward(ConstView dy, View dx, const Axis& height, const Axis& width) {
  using Real = accumulator<T>;
  const std::int64_t channels = dx.dim(3), out_row = dy.dim(2) * channels;
  parallel_for(dx.dim(0) * dx.dim(1), grain_for(dx.dim(2) * channels),
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<Real> sum(static_cast<std::size_t>(channels));
                 for (std::int64_t row = begin; row < end; ++row) {
                   const T* image = dy.as<T>() + row / dx.dim(1) * dy.dim(1) * out_row;
                   const PoolRange rows = height.readers(static_cast<int>(row % dx.dim(1)));
                   for (int j = 0; j < width.in_size; ++j) {
                     const PoolRange columns = width.readers(j);
                     sum.assign(sum.size(), Real(0));
                     for (int r = rows.begin; r < rows.end; ++r) {
                       for (int s = columns.begin; s < columns.end; ++s) {
                         const Real share =
                             Real(1) / static_cast<Real>(height.divisor(r) * width.divisor(s));
                         add_pixel(image + r * out_row + s * channels, share, sum);
                       }
                     }
                     store_pixel(sum, Real(1), dx.as<T>() + (row * dx.dim(2) + j) * channels);
                   }
                 }
               });
}

}  // namespace salix::kernels::cpu
