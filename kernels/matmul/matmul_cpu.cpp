#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/inner_loops.h"
#include "kernels/matmul/matmul.h"

namespace salix::kernels::cpu {

void matmul(Exec&, ConstView a, ConstView b, ConstView bias, View y, MatmulParams params) {
  const MatmulSizes z = matmul_sizes(a.shape, b.shape, params);
  visit_float("matmul", a.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    parallel_for(z.batch * z.m, grain_for(z.n * z.k), [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> column(static_cast<std::size_t>(params.transpose_a ? z.k : 0));
      std::vector<Real> sums(static_cast<std::size_t>(z.n));
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t batch = row / z.m, m = row % z.m;
        const T* b_batch = b.as<T>() + batch * z.k * z.n;
        const T* a_row = a.as<T>() + row * z.k;
        if (params.transpose_a) {
          const T* a_batch = a.as<T>() + batch * z.m * z.k;
          for (std::int64_t k = 0; k < z.k; ++k) column.data()[k] = a_batch[k * z.m + m];
          a_row = column.data();
        }
        std::fill(sums.begin(), sums.end(), Real(0));
        if (!bias.empty()) add_scaled(Real(1), bias.as<T>(), z.n, sums.data());
        // Along whichever axis of b is contiguous.
        if (params.transpose_b) {
          for (std::int64_t n = 0; n < z.n; ++n) {
            sums.data()[n] += dot(a_row, b_batch + n * z.k, z.k);
          }
        } else {
          for (std::int64_t k = 0; k < z.k; ++k) {
            add_scaled(static_cast<Real>(a_row[k]), b_batch + k * z.n, z.n, sums.data());
          }
        }
        std::transform(sums.begin(), sums.end(), y.as<T>() + row * z.n,
                       [](Real sum) { return static_cast<T>(sum); });
      }
    });
  });
}

}  // namespace salix::kernels::cpu
