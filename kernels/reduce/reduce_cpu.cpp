#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/reduce/reduce_steps.h"

namespace salix::kernels::cpu {
namespace {

// Additions in float before a sum moves on to double: a million equal terms then keep all
// but the last bit or two, while the doubles cost 1/64 of the work.
constexpr std::int64_t kFloatTerms = 64;
constexpr int kLanes = 16;
constexpr std::int64_t kTile = 1024;  // columns whose sums stay in the L1 cache

// The sum of `count` neighbours. Sixteen running sums, because one would have to wait for
// each addition before the next, and the compiler may not reorder floats by itself.
template <typename T, typename Real>
Real sum_run(const T* x, std::int64_t count) {
  Real lanes[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int k = 0; k < kLanes; ++k) lanes[k] += static_cast<Real>(x[i + k]);
  }
  for (int k = 0; i < count; ++i, ++k) lanes[k] += static_cast<Real>(x[i]);
  for (int half = kLanes / 2; half > 0; half /= 2) {
    for (int k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  }
  return lanes[0];
}

// sums[c] = the sum of `count` rows at column c.
template <typename T, typename Real>
void sum_columns(const T* x, std::int64_t count, std::int64_t stride, std::int64_t columns,
                 Real* sums) {
  std::fill_n(sums, columns, Real(0));
  for (std::int64_t r = 0; r < count; ++r, x += stride) {
    for (std::int64_t c = 0; c < columns; ++c) sums[c] += static_cast<Real>(x[c]);
  }
}

template <typename T, typename Out>
void reduce_typed(const T* x, Out* y, const Shape& shape, double scale) {
  using Real = accumulator<T>;
  const std::int64_t outer = shape.dim(0), count = shape.dim(1), inner = shape.dim(2);
  const std::int64_t tile = std::min(inner, kTile), tiles = (inner + tile - 1) / tile;
  const std::int64_t rows = inner == 1 ? kFloatTerms * kLanes : kFloatTerms;
  const std::int64_t chunks = (count + rows - 1) / rows;
  std::vector<double> partial(static_cast<std::size_t>(chunks > 1 ? outer * chunks * inner : 0));

  parallel_for(outer * chunks * tiles, grain_for(std::min(rows, count) * tile),
               [&](std::int64_t begin, std::int64_t end) {
                 Real sums[kTile];
                 for (std::int64_t item = begin; item < end; ++item) {
                   const std::int64_t first_column = item % tiles * tile;
                   const std::int64_t chunk = item / tiles % chunks, a = item / tiles / chunks;
                   const std::int64_t columns = std::min(tile, inner - first_column);
                   const std::int64_t in_chunk = std::min(rows, count - chunk * rows);
                   const T* from = x + (a * count + chunk * rows) * inner + first_column;
                   if (inner == 1) {
                     sums[0] = sum_run<T, Real>(from, in_chunk);
                   } else {
                     sum_columns(from, in_chunk, inner, columns, sums);
                   }
                   if (chunks == 1) {
                     Out* to = y + a * inner + first_column;
                     const Real factor = static_cast<Real>(scale);
                     for (std::int64_t c = 0; c < columns; ++c)
                       to[c] = static_cast<Out>(sums[c] * factor);
                   } else {
                     std::copy_n(sums, columns,
                                 partial.begin() + (a * chunks + chunk) * inner + first_column);
                   }
                 }
               });
  if (chunks == 1) return;
  parallel_for(outer * inner, grain_for(chunks), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double* parts = partial.data() + i / inner * chunks * inner + i % inner;
      double sum = 0;
      for (std::int64_t chunk = 0; chunk < chunks; ++chunk) sum += parts[chunk * inner];
      y[i] = static_cast<Out>(static_cast<Real>(sum * scale));
    }
  });
}

}  // namespace

void reduce_step(Exec&, ConstView x, View y, double scale) {
  visit_float("reduce", x.dtype, [&](auto in_tag) {
    visit_float("reduce", y.dtype, [&](auto out_tag) {
      using T = typename decltype(in_tag)::type;
      using Out = typename decltype(out_tag)::type;
      reduce_typed(x.as<T>(), y.as<Out>(), x.shape, scale);
    });
  });
}

// dx row by row of its last group of axes, along which dy either runs along or stands still.
void broadcast_step(Exec&, ConstView dy, View dx, double scale) {
  visit_float("reduce_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    std::vector<AxisGroup> groups = axis_groups(dx.shape, dy.shape);
    if (groups.empty()) groups.push_back({1, false});
    const AxisGroup last = groups.back();
    groups.pop_back();
    const Real factor = static_cast<Real>(scale);
    parallel_for(
        dx.numel() / last.size, grain_for(last.size), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t row = begin; row < end; ++row) {
            std::int64_t rest = row, offset = 0, stride = last.summed ? 1 : last.size;
            for (std::size_t g = groups.size(); g-- > 0; rest /= groups[g].size) {
              if (groups[g].summed) continue;
              offset += rest % groups[g].size * stride;
              stride *= groups[g].size;
            }
            const T* from = dy.as<T>() + offset;
            T* to = dx.as<T>() + row * last.size;
            if (last.summed) {
              std::fill_n(to, last.size, static_cast<T>(static_cast<Real>(*from) * factor));
            } else {
              for (std::int64_t c = 0; c < last.size; ++c)
                to[c] = static_cast<T>(static_cast<Real>(from[c]) * factor);
            }
          }
        });
  });
}

}  // namespace salix::kernels::cpu
