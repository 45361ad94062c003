#include <algorithm>
#include <utility>

#include "engine/parallel.h"
#include "kernels/permutohedral/parts.h"
#include "kernels/permutohedral/permutohedral.h"
#include "kernels/permutohedral/visit_dims.h"

namespace salix::kernels::cpu {
namespace {

using permutohedral::Parts;

// values[part][m] = what the part's points give to vertex m, in the order of the points.
template <int D>
void splat(const PermutohedralLattice& lattice, const float* x, const Parts& parts,
           std::int64_t stride, float* values) {
  const float* weight = lattice.weight.as<float>();
  const std::int32_t* vertex = lattice.vertex.as<std::int32_t>();
  parallel_for(parts.count, 1, [&](std::int64_t part, std::int64_t) {
    float* value = values + part * stride;
    std::fill_n(value, stride, 0.0f);
    for (std::int64_t p = parts.begin(part); p < parts.end(part); ++p) {
      for (int r = 0; r <= D; ++r) {
        const std::int64_t at = p * (D + 1) + r;
        value[vertex[at]] += weight[at] * x[p];
      }
    }
  });
}

// Adds the parts up into the first one, in order.
void add_parts(std::int64_t count, std::int64_t stride, std::int64_t parts, float* values) {
  parallel_for(count, grain_for(parts), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = 1; part < parts; ++part) {
      const float* from = values + part * stride;
      for (std::int64_t m = begin; m < end; ++m) values[m] += from[m];
    }
  });
}

void blur_axis(const std::int32_t* before, std::int64_t count, const float* in, float* out) {
  const std::int32_t* after = before + count;
  parallel_for(count, grain_for(4), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t m = begin; m < end; ++m) {
      out[m] = in[m] + 0.5f * (in[before[m]] + in[after[m]]);
    }
  });
  out[count] = 0.0f;  // what a missing neighbour has
}

template <int D>
void slice(const PermutohedralLattice& lattice, const float* value, std::int64_t points, float* y) {
  constexpr float kAlpha = 1.0f / (1.0f + 1.0f / (1 << D));
  const float* weight = lattice.weight.as<float>();
  const std::int32_t* vertex = lattice.vertex.as<std::int32_t>();
  parallel_for(points, grain_for(2 * (D + 1)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      float sum = 0.0f;
      for (int r = 0; r <= D; ++r) sum += weight[p * (D + 1) + r] * value[vertex[p * (D + 1) + r]];
      y[p] = kAlpha * sum;
    }
  });
}

}  // namespace

void permutohedral_filter(Exec& exec, const PermutohedralLattice& lattice, ConstView x, View y) {
  const std::int64_t points = x.dim(0), count = lattice.neighbour.dim(2);
  const std::int64_t stride = (count + 16) / 16 * 16;  // count + 1, whole cache lines
  const Parts parts(points);
  const auto buffers = static_cast<std::size_t>(std::max<std::int64_t>(parts.count, 2));
  const Scratch scratch(exec, buffers * static_cast<std::size_t>(stride) * sizeof(float));
  auto* value = scratch.as<float>();
  float* blurred = value + stride;
  permutohedral::visit_dims(lattice.neighbour.dim(0) - 1, [&](auto dims) {
    constexpr int D = decltype(dims)::value;
    splat<D>(lattice, x.as<float>(), parts, stride, value);
    add_parts(count, stride, parts.count, value);
    value[count] = 0.0f;
    for (int axis = 0; axis <= D; ++axis) {
      blur_axis(lattice.neighbour.as<std::int32_t>() + std::int64_t{axis} * 2 * count, count, value,
                blurred);
      std::swap(value, blurred);
    }
    slice<D>(lattice, value, points, y.as<float>());
  });
}

}  // namespace salix::kernels::cpu
