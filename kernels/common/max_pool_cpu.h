// Max pooling on the CPU for any kind of window (strided or adaptive). The inner loops run
// over the channels of one pixel, which are neighbours in memory, so they vectorise.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/parallel.h"
#include "engine/tensor_view.h"
#include "kernels/common/pool_window.h"

namespace salix::kernels::cpu {

// Shows one more pixel to the running maxima of all channels.
template <typename T, typename Real>
void see_pixel(const T* __restrict pixel, std::int64_t channels, int position,
               Real* __restrict best, std::int32_t* __restrict where) {
  for (std::int64_t c = 0; c < channels; ++c) {
    const Real value = static_cast<Real>(pixel[c]);
    const bool wins = beats(value, best[c]);
    best[c] = wins ? value : best[c];
    where[c] = wins ? position : where[c];
  }
}

// sum[c] += dy[c] where this position was chosen.
template <typename T, typename Real>
void collect_chosen(const T* __restrict dy, const std::int32_t* __restrict chosen,
                    std::int64_t channels, int position, Real* __restrict sum) {
  for (std::int64_t c = 0; c < channels; ++c) {
    sum[c] += chosen[c] == position ? static_cast<Real>(dy[c]) : Real(0);
  }
}

// Many output rows keep all threads busy; a few huge windows are cut into groups of channels.
template <typename T, typename Axis>
void max_pool(ConstView x, View y, View index, const Axis& height, const Axis& width) {
  using Real = accumulator<T>;
  const std::int64_t channels = x.dim(3), row_size = x.dim(2) * channels;
  const std::int64_t window_area = std::int64_t{height.window(0).size()} * width.window(0).size();
  const std::int64_t group = window_area >= 256 ? std::min<std::int64_t>(channels, 64) : channels;
  const std::int64_t groups = (channels + group - 1) / group;
  parallel_for(y.dim(0) * y.dim(1) * groups, grain_for(y.dim(2) * group * window_area),
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<Real> best(static_cast<std::size_t>(group));
                 std::vector<std::int32_t> where(best.size());
                 for (std::int64_t item = begin; item < end; ++item) {
                   const std::int64_t row = item / groups, first_channel = item % groups * group;
                   const std::int64_t count = std::min(group, channels - first_channel);
                   const T* image =
                       x.as<T>() + row / y.dim(1) * x.dim(1) * row_size + first_channel;
                   const PoolRange rows = height.window(static_cast<int>(row % y.dim(1)));
                   for (int j = 0; j < width.out_size; ++j) {
                     const PoolRange columns = width.window(j);
                     best.assign(best.size(), -std::numeric_limits<Real>::infinity());
                     where.assign(where.size(), 0);
                     int position = 0;
                     for (int r = rows.begin; r < rows.end; ++r) {
                       for (int s = columns.begin; s < columns.end; ++s, ++position) {
                         see_pixel(image + r * row_size + s * channels, count, position,
                                   best.data(), where.data());
                       }
                     }
                     const std::int64_t out = (row * y.dim(2) + j) * channels + first_channel;
                     for (std::int64_t c = 0; c < count; ++c) {
                       y.as<T>()[out + c] = static_cast<T>(best[static_cast<std::size_t>(c)]);
                     }
                     if (!index.empty())
                       std::copy_n(where.data(), count, index.as<std::int32_t>() + out);
                   }
                 }
               });
}

// Each dx pixel visits the windows that contain it and takes dy where it was chosen.
template <typename T, typename Axis>
void max_pool_backward(ConstView dy, ConstView index, View dx, const Axis& height,
                       const Axis& width) {
  using Real = accumulator<T>;
  const std::int64_t channels = dx.dim(3), out_row = dy.dim(2) * channels;
  parallel_for(dx.dim(0) * dx.dim(1), grain_for(dx.dim(2) * channels),
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<Real> sum(static_cast<std::size_t>(channels));
                 for (std::int64_t row = begin; row < end; ++row) {
                   const std::int64_t image = row / dx.dim(1) * dy.dim(1) * out_row;
                   const int i = static_cast<int>(row % dx.dim(1));
                   const PoolRange readers = height.readers(i);
                   for (int j = 0; j < width.in_size; ++j) {
                     const PoolRange column_readers = width.readers(j);
                     sum.assign(sum.size(), Real(0));
                     for (int r = readers.begin; r < readers.end; ++r) {
                       for (int s = column_readers.begin; s < column_readers.end; ++s) {
                         const PoolRange columns = width.window(s);
                         const int position =
                             (i - height.window(r).begin) * columns.size() + j - columns.begin;
                         const std::int64_t out = image + r * out_row + s * channels;
                         collect_chosen(dy.as<T>() + out, index.as<std::int32_t>() + out, channels,
                                        position, sum.data());
                       }
                     }
                     T* to = dx.as<T>() + (row * dx.dim(2) + j) * channels;
                     for (std::int64_t c = 0; c < channels; ++c) {
                       to[c] = static_cast<T>(sum[static_cast<std::size_t>(c)]);
                     }
                   }
                 }
               });
}

}  // namespace salix::kernels::cpu
