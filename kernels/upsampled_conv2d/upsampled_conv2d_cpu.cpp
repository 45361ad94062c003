#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/inner_loops.h"
#include "kernels/upsampled_conv2d/upsampled_conv2d.h"

namespace salix::kernels::cpu {
namespace {

// One row of z for one kernel row r, from one row of t: [W,O] from [w,K*K*O].
template <typename T, typename Real>
void columns_forward(const UpsampleGeometry<Real>& g, int r, const T* t_row, Real* z_row) {
  const int half = g.kernel / 2, taps = g.kernel * g.kernel;
  std::fill(z_row, z_row + std::int64_t{g.width.out_size} * g.channels, Real(0));
  for (int j = 0; j < g.width.out_size; ++j) {
    Real* z = z_row + std::int64_t{j} * g.channels;
    for (int s = 0; s < g.kernel; ++s) {
      const int column = j + s - half;
      if (column < 0 || column >= g.width.out_size) continue;  // the zero padding
      const BilinearTap<Real> tap = bilinear_tap(g.width, column);
      const T* t = t_row + std::int64_t{r * g.kernel + s} * g.channels;
      const std::int64_t stride = std::int64_t{taps} * g.channels;
      const T* low = t + tap.lo * stride;
      const T* high = t + tap.hi * stride;
      const Real weight_low = Real(1) - tap.weight_hi, weight_high = tap.weight_hi;
      for (int o = 0; o < g.channels; ++o) {
        z[o] += weight_low * static_cast<Real>(low[o]) + weight_high * static_cast<Real>(high[o]);
      }
    }
  }
}

// Its adjoint: one row of dt's taps (r, .) from one row of dz.
template <typename T, typename Real>
void columns_backward(const UpsampleGeometry<Real>& g, int r, const Real* dz_row,
                      std::vector<Real>& sum, T* dt_row) {
  const int half = g.kernel / 2, taps = g.kernel * g.kernel;
  for (int q = 0; q < g.width.in_size; ++q) {
    const ReaderRange readers = bilinear_readers(g.width, q);
    for (int s = 0; s < g.kernel; ++s) {
      std::fill(sum.begin(), sum.end(), Real(0));
      for (int column = readers.begin; column < readers.end; ++column) {
        const int j = column - s + half;
        const Real weight = bilinear_weight(g.width, column, q);
        if (j < 0 || j >= g.width.out_size || weight == Real(0)) continue;
        add_scaled(weight, dz_row + std::int64_t{j} * g.channels, g.channels, sum.data());
      }
      T* dt = dt_row + (std::int64_t{q} * taps + r * g.kernel + s) * g.channels;
      for (int o = 0; o < g.channels; ++o) dt[o] = static_cast<T>(sum[static_cast<std::size_t>(o)]);
    }
  }
}

// Adds the rows of z that row i of y reads, two for each kernel row inside the image.
template <typename Real>
void add_rows(const UpsampleGeometry<Real>& g, int i, const Real* z_image, std::int64_t row,
              Real* sum) {
  for (int r = 0; r < g.kernel; ++r) {
    const int line = i + r - g.kernel / 2;
    if (line < 0 || line >= g.height.out_size) continue;
    const BilinearTap<Real> tap = bilinear_tap(g.height, line);
    const Real* low = z_image + (std::int64_t{tap.lo} * g.kernel + r) * row;
    const Real* high = z_image + (std::int64_t{tap.hi} * g.kernel + r) * row;
    const Real weight_low = Real(1) - tap.weight_hi, weight_high = tap.weight_hi;
    for (std::int64_t k = 0; k < row; ++k) sum[k] += weight_low * low[k] + weight_high * high[k];
  }
}

// What a row of y starts from: itself, the bias, or zero.
template <typename T, typename Real>
void start_row(const ConstView& bias, bool accumulate, const T* y_row, int channels,
               std::vector<Real>& sum) {
  if (accumulate) {
    std::transform(y_row, y_row + sum.size(), sum.begin(),
                   [](T y) { return static_cast<Real>(y); });
    return;
  }
  std::fill(sum.begin(), sum.end(), Real(0));
  if (bias.empty()) return;
  for (std::size_t k = 0; k < sum.size(); k += static_cast<std::size_t>(channels)) {
    for (int o = 0; o < channels; ++o) {
      sum[k + static_cast<std::size_t>(o)] = static_cast<Real>(bias.as<T>()[o]);
    }
  }
}

}  // namespace

void upsample_taps(Exec& exec, ConstView t, ConstView bias, View y, UpsampleTapsParams params) {
  visit_float("upsample_taps", t.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const auto g = upsample_geometry<Real>(t, y, params);
    const std::int64_t row = std::int64_t{g.width.out_size} * g.channels;
    const std::int64_t t_row = t.dim(2) * t.dim(3);
    const Scratch scratch(
        exec,
        static_cast<std::size_t>(g.images * g.height.in_size * g.kernel * row) * sizeof(Real));
    Real* z = scratch.as<Real>();

    const std::int64_t z_rows = g.images * g.height.in_size * g.kernel;
    parallel_for(z_rows, grain_for(row * 2 * g.kernel), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        columns_forward(g, static_cast<int>(i % g.kernel), t.as<T>() + i / g.kernel * t_row,
                        z + i * row);
      }
    });
    parallel_for(g.images * g.height.out_size, grain_for(row * 2 * g.kernel),
                 [&](std::int64_t begin, std::int64_t end) {
                   std::vector<Real> sum(static_cast<std::size_t>(row));
                   for (std::int64_t index = begin; index < end; ++index) {
                     const int i = static_cast<int>(index % g.height.out_size);
                     const Real* z_image =
                         z + index / g.height.out_size * g.height.in_size * g.kernel * row;
                     T* y_row = y.as<T>() + index * row;
                     start_row(bias, params.accumulate, y_row, g.channels, sum);
                     add_rows(g, i, z_image, row, sum.data());
                     for (std::int64_t k = 0; k < row; ++k) y_row[k] = static_cast<T>(sum[k]);
                   }
                 });
  });
}

void upsample_taps_backward(Exec&, ConstView dy, View dt, UpsampleTapsParams params) {
  visit_float("upsample_taps_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const auto g = upsample_geometry<Real>(dt, dy, params);
    const int half = g.kernel / 2;
    const std::int64_t row = std::int64_t{g.width.out_size} * g.channels;
    const std::int64_t dt_row = dt.dim(2) * dt.dim(3);
    // One (low-resolution row, kernel row) at a time: its dz row is made and used at once.
    parallel_for(
        g.images * g.height.in_size * g.kernel, 1, [&](std::int64_t begin, std::int64_t end) {
          std::vector<Real> dz(static_cast<std::size_t>(row));
          std::vector<Real> sum(static_cast<std::size_t>(g.channels));
          for (std::int64_t index = begin; index < end; ++index) {
            const int r = static_cast<int>(index % g.kernel);
            const std::int64_t low_row = index / g.kernel;
            const int p = static_cast<int>(low_row % g.height.in_size);
            const T* dy_image = dy.as<T>() + low_row / g.height.in_size * g.height.out_size * row;
            std::fill(dz.begin(), dz.end(), Real(0));
            const ReaderRange readers = bilinear_readers(g.height, p);
            for (int line = readers.begin; line < readers.end; ++line) {
              const int i = line - r + half;
              const Real weight = bilinear_weight(g.height, line, p);
              if (i < 0 || i >= g.height.out_size || weight == Real(0)) continue;
              add_scaled(weight, dy_image + i * row, row, dz.data());
            }
            columns_backward(g, r, dz.data(), sum, dt.as<T>() + low_row * dt_row);
          }
        });
  });
}

}  // namespace salix::kernels::cpu
