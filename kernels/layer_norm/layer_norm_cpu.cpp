#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/element.h"
#include "kernels/layer_norm/layer_norm.h"

// `omp simd` on a sum lets the compiler keep several partial sums: their order is fixed when
// it compiles.
namespace salix::kernels::cpu {
namespace {

template <typename T>
void normalise_row(const T* __restrict x, std::int64_t size, accumulator<T> eps,
                   const accumulator<T>* __restrict gamma, const accumulator<T>* __restrict beta,
                   T* __restrict y, accumulator<T>& mean, accumulator<T>& inv_std) {
  using Real = accumulator<T>;
  const auto count = static_cast<Real>(size);
  Real sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t c = 0; c < size; ++c) sum += load_element(x, c);
  const Real centre = sum / count;
  // The rounding of `centre` is corrected by the sum of what is left.
  Real rest = 0, squares = 0;
#pragma omp simd reduction(+ : rest, squares)
  for (std::int64_t c = 0; c < size; ++c) {
    const Real d = load_element(x, c) - centre;
    rest += d;
    squares += d * d;
  }
  const Real variance = std::max((squares - rest * rest / count) / count, Real(0));
  mean = centre + rest / count;
  inv_std = Real(1) / std::sqrt(variance + eps);
  const Real row_mean = mean, scale = inv_std;
#pragma omp simd
  for (std::int64_t c = 0; c < size; ++c) {
    store_element(y, c, (load_element(x, c) - row_mean) * scale * gamma[c] + beta[c]);
  }
}

// dx of one row; adds the row's share of dgamma and dbeta.
template <typename T>
void row_gradients(const T* __restrict dy, const T* __restrict x, std::int64_t size,
                   const accumulator<T>* __restrict gamma, accumulator<T> mean,
                   accumulator<T> inv_std, T* __restrict dx, accumulator<T>* __restrict dgamma,
                   accumulator<T>* __restrict dbeta) {
  using Real = accumulator<T>;
  Real sum = 0, sum_centred = 0;
#pragma omp simd reduction(+ : sum, sum_centred)
  for (std::int64_t c = 0; c < size; ++c) {
    const Real g = load_element(dy, c) * gamma[c];
    sum += g;
    sum_centred += g * (load_element(x, c) - mean);
  }
  const Real share = inv_std / static_cast<Real>(size);
  const Real q = share * sum, r = share * inv_std * inv_std * sum_centred;
#pragma omp simd
  for (std::int64_t c = 0; c < size; ++c) {
    const Real h = load_element(x, c) - mean, g = load_element(dy, c);
    dbeta[c] += g;
    dgamma[c] += g * h * inv_std;
    store_element(dx, c, g * gamma[c] * inv_std - q - h * r);
  }
}

}  // namespace

void layer_norm(Exec&, const LayerNormBuffers& b, const LayerNormParams& params) {
  visit_float("layer_norm", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const std::int64_t size = b.x.dim(-1);
    parallel_for(b.x.numel() / size, grain_for(size), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        normalise_row(b.x.as<T>() + row * size, size, static_cast<Real>(params.eps),
                      b.gamma.as<Real>(), b.beta.as<Real>(), b.y.as<T>() + row * size,
                      b.mean.as<Real>()[row], b.inv_std.as<Real>()[row]);
      }
    });
  });
}

void layer_norm_backward(Exec& exec, const LayerNormBackwardBuffers& b) {
  visit_float("layer_norm_backward", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const std::int64_t size = b.x.dim(-1), rows = b.x.numel() / size;
    const std::int64_t grain = std::min<std::int64_t>(grain_for(size), 1024);
    const auto width = static_cast<std::size_t>(size);
    // dgamma, then dbeta, of each chunk of rows.
    const std::int64_t chunks = (rows + grain - 1) / grain;
    const Scratch parts(exec, static_cast<std::size_t>(chunks) * 2 * width * sizeof(Real));
    parallel_for(rows, grain, [&](std::int64_t begin, std::int64_t end) {
      Real* dgamma = parts.as<Real>() + begin / grain * 2 * size;
      std::fill_n(dgamma, 2 * size, Real(0));
      for (std::int64_t row = begin; row < end; ++row) {
        row_gradients(b.dy.as<T>() + row * size, b.x.as<T>() + row * size, size, b.gamma.as<Real>(),
                      b.mean.as<Real>()[row], b.inv_std.as<Real>()[row], b.dx.as<T>() + row * size,
                      dgamma, dgamma + size);
      }
    });
    std::vector<double> total(2 * width);
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      const Real* part = parts.as<Real>() + chunk * 2 * size;
      for (std::size_t i = 0; i < 2 * width; ++i) total[i] += part[i];
    }
    for (std::size_t c = 0; c < width; ++c) {
      b.dgamma.as<Real>()[c] = static_cast<Real>(total[c]);
      b.dbeta.as<Real>()[c] = static_cast<Real>(total[width + c]);
    }
  });
}

}  // namespace salix::kernels::cpu
