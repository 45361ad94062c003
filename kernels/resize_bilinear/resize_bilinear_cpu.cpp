#include <vector>

#include "engine/parallel.h"
#include "kernels/common/inner_loops.h"
#include "kernels/resize_bilinear/resize_bilinear.h"

namespace salix::kernels::cpu {
namespace {

// One row of pixels: out[j] = mix of two rows and, within each, two columns.
template <typename T, typename Real>
void resize_row(const T* row_lo, const T* row_hi, Real weight_row,
                const std::vector<BilinearTap<Real>>& columns, std::int64_t channels, T* out) {
  for (const BilinearTap<Real>& column : columns) {
    const Real w00 = (Real(1) - weight_row) * (Real(1) - column.weight_hi);
    const Real w01 = (Real(1) - weight_row) * column.weight_hi;
    const Real w10 = weight_row * (Real(1) - column.weight_hi);
    const Real w11 = weight_row * column.weight_hi;
    const T* x00 = row_lo + column.lo * channels;
    const T* x01 = row_lo + column.hi * channels;
    const T* x10 = row_hi + column.lo * channels;
    const T* x11 = row_hi + column.hi * channels;
    for (std::int64_t c = 0; c < channels; ++c) {
      out[c] = static_cast<T>(w00 * x00[c] + w01 * x01[c] + w10 * x10[c] + w11 * x11[c]);
    }
    out += channels;
  }
}

}  // namespace

void resize_bilinear(Exec&, ConstView x, View y, ResizeBilinearParams params) {
  visit_float("resize_bilinear", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const auto height = resize_axis<Real>(x.dim(1), y.dim(1), params.align_corners);
    const auto width = resize_axis<Real>(x.dim(2), y.dim(2), params.align_corners);
    const std::int64_t channels = x.dim(3);
    const std::int64_t in_row = x.dim(2) * channels, out_row = y.dim(2) * channels;
    std::vector<BilinearTap<Real>> columns;
    for (int j = 0; j < width.out_size; ++j) columns.push_back(bilinear_tap(width, j));

    parallel_for(
        x.dim(0) * y.dim(1), grain_for(out_row), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t row = begin; row < end; ++row) {
            const std::int64_t image = row / y.dim(1);
            const BilinearTap<Real> tap = bilinear_tap(height, static_cast<int>(row % y.dim(1)));
            const T* x_image = x.as<T>() + image * x.dim(1) * in_row;
            resize_row(x_image + tap.lo * in_row, x_image + tap.hi * in_row, tap.weight_hi, columns,
                       channels, y.as<T>() + row * out_row);
          }
        });
  });
}

// dx = A^T dy, row weights first, then column weights: each dx row gathers the dy rows
// that read it into one row of sums, and the dx pixels gather from that.
void resize_bilinear_backward(Exec&, ConstView dy, View dx, ResizeBilinearParams params) {
  visit_float("resize_bilinear_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const auto height = resize_axis<Real>(dx.dim(1), dy.dim(1), params.align_corners);
    const auto width = resize_axis<Real>(dx.dim(2), dy.dim(2), params.align_corners);
    const std::int64_t channels = dx.dim(3);
    const std::int64_t in_row = dx.dim(2) * channels, out_row = dy.dim(2) * channels;

    parallel_for(
        dx.dim(0) * dx.dim(1), grain_for(out_row), [&](std::int64_t begin, std::int64_t end) {
          std::vector<Real> row_sum(static_cast<std::size_t>(out_row));
          std::vector<Real> pixel_sum(static_cast<std::size_t>(channels));
          for (std::int64_t row = begin; row < end; ++row) {
            const int i = static_cast<int>(row % dx.dim(1));
            const T* dy_image = dy.as<T>() + row / dx.dim(1) * dy.dim(1) * out_row;
            std::fill(row_sum.begin(), row_sum.end(), Real(0));
            const ReaderRange rows = bilinear_readers(height, i);
            for (int r = rows.begin; r < rows.end; ++r) {
              const Real weight = bilinear_weight(height, r, i);
              if (weight != Real(0))
                add_scaled(weight, dy_image + r * out_row, out_row, row_sum.data());
            }
            T* dx_row = dx.as<T>() + row * in_row;
            for (int j = 0; j < width.in_size; ++j) {
              std::fill(pixel_sum.begin(), pixel_sum.end(), Real(0));
              const ReaderRange columns = bilinear_readers(width, j);
              for (int s = columns.begin; s < columns.end; ++s) {
                const Real weight = bilinear_weight(width, s, j);
                if (weight == Real(0)) continue;
                add_scaled(weight, row_sum.data() + s * channels, channels, pixel_sum.data());
              }
              for (std::int64_t c = 0; c < channels; ++c) {
                dx_row[j * channels + c] = static_cast<T>(pixel_sum[static_cast<std::size_t>(c)]);
              }
            }
          }
        });
  });
}

}  // namespace salix::kernels::cpu
