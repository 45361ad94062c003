#include "kernels/channel_norm/channel_norm_cpu.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/element.h"
#include "kernels/hardswish_norm/hardswish_norm_parts.h"

namespace salix::kernels::cpu {
namespace {

ChannelNormSizes sizes_of(const ConstView& x) {
  const std::int64_t images = x.dim(0), channels = x.dim(-1);
  return {images, x.numel() / images / channels, channels, channels};
}

// The norm's parameters, and z of one row.
template <typename Real>
struct Norm {
  explicit Norm(const NormedMap& map)
      : mean(map.mean.as<Real>()),
        beta(map.beta.as<Real>()),
        scale(static_cast<std::size_t>(map.gamma.numel())) {
    for (std::size_t c = 0; c < scale.size(); ++c) {
      scale[c] = map.gamma.as<Real>()[c] * map.inv_std.as<Real>()[c];
    }
  }
  const Real *mean, *beta;
  std::vector<Real> scale;
};

// The gate of one image in full precision; ones where there is none.
template <typename T>
std::vector<accumulator<T>> gate_of(const ConstView& gate, std::int64_t image,
                                    std::int64_t channels, accumulator<T> otherwise,
                                    accumulator<T> factor) {
  std::vector<accumulator<T>> values(static_cast<std::size_t>(channels), otherwise);
  if (gate.empty()) return values;
  for (std::int64_t c = 0; c < channels; ++c) {
    values[static_cast<std::size_t>(c)] = factor * load_element(gate.as<T>() + image * channels, c);
  }
  return values;
}

template <typename T>
void multiply_rows(const T* x, std::int64_t rows, std::int64_t channels,
                   const Norm<accumulator<T>>& norm, const accumulator<T>* __restrict gate, T* y) {
  const accumulator<T>*__restrict mean = norm.mean, *__restrict beta = norm.beta,
                      *__restrict scale = norm.scale.data();
  for (std::int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    const T* __restrict in = x;
    T* __restrict out = y;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const accumulator<T> z = (load_element(in, c) - mean[c]) * scale[c] + beta[c];
      store_element(out, c, Hardswish<accumulator<T>>{}.value(z) * gate[c]);
    }
  }
}

// sum(c) += h, or dy * h where there is a dy.
template <bool kTimesDy, typename T>
void add_rows(const T* x, const T* dy, std::int64_t rows, std::int64_t channels,
              const Norm<accumulator<T>>& norm, accumulator<T>* __restrict sum) {
  const accumulator<T>*__restrict mean = norm.mean, *__restrict beta = norm.beta,
                      *__restrict scale = norm.scale.data();
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* __restrict in = x + r * channels;
    const T* __restrict gradient = kTimesDy ? dy + r * channels : nullptr;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const accumulator<T> z = (load_element(in, c) - mean[c]) * scale[c] + beta[c];
      accumulator<T> value = Hardswish<accumulator<T>>{}.value(z);
      if constexpr (kTimesDy) value *= load_element(gradient, c);
      sum[c] += value;
    }
  }
}

// result(n,c) = factor * the sum over the pixels of image n, of chunks added in order.
template <bool kTimesDy>
void image_sums(Exec& exec, const NormedMap& map, const ConstView& dy, bool average, View result) {
  visit_float("hardswish_norm", map.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const ChannelNormSizes sizes = sizes_of(map.x);
    const RowChunks chunks(sizes);
    const Norm<Real> norm(map);
    const Scratch parts(exec,
                        static_cast<std::size_t>(chunks.count * sizes.channels) * sizeof(Real));
    chunks.parallel([&](std::int64_t chunk) {
      Real* sum = parts.as<Real>() + chunk * sizes.channels;
      std::fill_n(sum, sizes.channels, Real(0));
      const std::int64_t at = chunks.offset(chunk);
      add_rows<kTimesDy>(map.x.as<T>() + at, kTimesDy ? dy.as<T>() + at : nullptr,
                         chunks.size(chunk), sizes.channels, norm, sum);
    });
    const double factor = average ? 1.0 / static_cast<double>(sizes.rows) : 1.0;
    for (std::int64_t image = 0; image < sizes.images; ++image) {
      for (std::int64_t c = 0; c < sizes.channels; ++c) {
        double total = 0;
        for (std::int64_t k = 0; k < chunks.per_image; ++k) {
          total += static_cast<double>(
              parts.as<Real>()[(image * chunks.per_image + k) * sizes.channels + c]);
        }
        store_element(result.as<T>() + image * sizes.channels, c,
                      static_cast<Real>(factor * total));
      }
    }
  });
}

}  // namespace

void hardswish_norm(Exec&, const NormedMap& map, ConstView gate, View y) {
  visit_float("hardswish_norm", map.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const ChannelNormSizes sizes = sizes_of(map.x);
    const RowChunks chunks(sizes);
    const Norm<Real> norm(map);
    chunks.parallel([&](std::int64_t chunk) {
      const auto factors = gate_of<T>(gate, chunks.image(chunk), sizes.channels, Real(1), Real(1));
      const std::int64_t at = chunks.offset(chunk);
      multiply_rows(map.x.as<T>() + at, chunks.size(chunk), sizes.channels, norm, factors.data(),
                    y.as<T>() + at);
    });
  });
}

void hardswish_norm_average(Exec& exec, const NormedMap& map, View average) {
  image_sums<false>(exec, map, {}, true, average);
}

void hardswish_norm_gate_gradient(Exec& exec, const NormedMap& map, ConstView dy, View dgate) {
  image_sums<true>(exec, map, dy, false, dgate);
}

void hardswish_norm_backward(Exec&, const NormedMap& map, ConstView dy, ConstView gate,
                             ConstView daverage, View dz) {
  visit_float("hardswish_norm_backward", map.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const ChannelNormSizes sizes = sizes_of(map.x);
    const RowChunks chunks(sizes);
    const Norm<Real> norm(map);
    chunks.parallel([&](std::int64_t chunk) {
      const std::int64_t image = chunks.image(chunk), channels = sizes.channels;
      const auto factors = gate_of<T>(gate, image, channels, Real(1), Real(1));
      const auto extra =
          gate_of<T>(daverage, image, channels, Real(0), Real(1) / static_cast<Real>(sizes.rows));
      const Real *__restrict mean = norm.mean, *__restrict beta = norm.beta,
                 *__restrict scale = norm.scale.data(), *__restrict times = factors.data(),
                 *__restrict plus = extra.data();
      for (std::int64_t r = 0; r < chunks.size(chunk); ++r) {
        const std::int64_t at = chunks.offset(chunk) + r * channels;
        const T* __restrict in = map.x.as<T>() + at;
        const T* gradient = dy.as<T>() + at;  // perhaps dz itself
        T* out = dz.as<T>() + at;
#pragma omp simd
        for (std::int64_t c = 0; c < channels; ++c) {
          const Real z = (load_element(in, c) - mean[c]) * scale[c] + beta[c];
          const Real g = load_element(gradient, c) * times[c] + plus[c];
          store_element(out, c, Hardswish<Real>{}.gradient(z, g));
        }
      }
    });
  });
}

}  // namespace salix::kernels::cpu
