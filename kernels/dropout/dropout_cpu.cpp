#include <algorithm>

#include "engine/parallel.h"
#include "kernels/common/element.h"
#include "kernels/dropout/dropout.h"

namespace salix::kernels::cpu {
namespace {

constexpr int kBlocks = 64;  // Philox blocks drawn at a time
constexpr int kElements = 4 * kBlocks;
constexpr std::int64_t kGrain = 64 * kElements;

// factor[i] = scale or 0 for elements first .. first + kElements - 1; `first` is a multiple
// of four. `omp simd` takes whole vectors of blocks through the rounds together.
void draw_factors(const DropoutParams& params, std::int64_t first, float* factor) {
  std::uint32_t bits[4][kBlocks];
#pragma omp simd
  for (int i = 0; i < kBlocks; ++i) {
    const PhiloxBlock block = dropout_bits(params.key, static_cast<std::uint64_t>(first / 4 + i));
    for (int k = 0; k < 4; ++k) bits[k][i] = block.word[k];
  }
  const float scale = dropout_scale(params.p), p = params.p;
  const auto factor_of = [=](std::uint32_t word) { return dropout_keeps(word, p) ? scale : 0.0f; };
  // The four stores written out: this way the compiler interleaves whole vectors.
  for (int i = 0; i < kBlocks; ++i) {
    factor[4 * i] = factor_of(bits[0][i]);
    factor[4 * i + 1] = factor_of(bits[1][i]);
    factor[4 * i + 2] = factor_of(bits[2][i]);
    factor[4 * i + 3] = factor_of(bits[3][i]);
  }
}

}  // namespace

void dropout(Exec&, ConstView x, View y, const DropoutParams& params) {
  visit_float("dropout", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    parallel_for(x.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      float factor[kElements];
      for (std::int64_t first = begin; first < end; first += kElements) {
        draw_factors(params, first, factor);
        const std::int64_t count = std::min<std::int64_t>(kElements, end - first);
        const T* in = x.as<T>() + first;
        T* out = y.as<T>() + first;
        for (std::int64_t i = 0; i < count; ++i) {
          const Real value = load_element(in, i);
          store_element(out, i,
                        factor[i] == 0.0f ? dropped(value) : value * static_cast<Real>(factor[i]));
        }
      }
    });
  });
}

void drop_path(Exec&, ConstView x, View y, const DropoutParams& params) {
  visit_float("drop_path", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const std::int64_t sample_size = x.numel() / x.dim(0);
    const Real scale = static_cast<Real>(dropout_scale(params.p));
    parallel_for(x.dim(0), grain_for(sample_size), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const T* in = x.as<T>() + n * sample_size;
        T* out = y.as<T>() + n * sample_size;
        if (dropout_keeps(philox_bits(params.key, static_cast<std::uint64_t>(n)), params.p)) {
          for (std::int64_t i = 0; i < sample_size; ++i) {
            store_element(out, i, load_element(in, i) * scale);
          }
        } else {
          for (std::int64_t i = 0; i < sample_size; ++i) {
            store_element(out, i, dropped(load_element(in, i)));
          }
        }
      }
    });
  });
}

}  // namespace salix::kernels::cpu
