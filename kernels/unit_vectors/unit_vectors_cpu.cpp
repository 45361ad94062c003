#include <algorithm>

#include "engine/parallel.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/inner_loops.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix::kernels::cpu {

void unit_vectors(Exec&, const UnitVectorsBuffers& b) {
  visit_full_precision("unit_vectors", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t height = b.x.dim(1), width = b.x.dim(2), channels = b.x.dim(3);
    parallel_for(b.x.numel() / channels, grain_for(4 * channels), [&](auto begin, auto end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T* x = b.x.as<T>() + i * channels;
        T* unit = b.unit.as<T>() + i * channels;
        T* located = b.located.as<T>() + i * (channels + 2);
        T* norms = b.norms.as<T>() + 2 * i;
        norms[0] = std::sqrt(dot(x, x, channels));
        const T scale = to_unit(norms[0]);
        for (std::int64_t c = 0; c < channels; ++c) unit[c] = scale * x[c];

        const T place[2] = {place_on_axis<T>(i / width % height, height),
                            place_on_axis<T>(i % width, width)};
        norms[1] = std::sqrt(dot(unit, unit, channels) + place[0] * place[0] + place[1] * place[1]);
        const T located_scale = to_unit(norms[1]);
        for (std::int64_t c = 0; c < channels; ++c) located[c] = located_scale * unit[c];
        for (std::int64_t c = 0; c < 2; ++c) located[channels + c] = located_scale * place[c];
      }
    });
  });
}

void unit_vectors_backward(Exec&, const UnitVectorsBackwardBuffers& b) {
  visit_full_precision("unit_vectors_backward", b.unit.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t channels = b.unit.dim(3);
    parallel_for(b.unit.numel() / channels, grain_for(6 * channels), [&](auto begin, auto end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T* unit = b.unit.as<T>() + i * channels;
        const T* norms = b.norms.as<T>() + 2 * i;
        T* dx = b.dx.as<T>() + i * channels;
        std::fill_n(dx, channels, T(0));
        if (!b.dunit.empty()) std::copy_n(b.dunit.as<T>() + i * channels, channels, dx);
        if (!b.dlocated.empty()) {
          const T* located = b.located.as<T>() + i * (channels + 2);
          const T* dlocated = b.dlocated.as<T>() + i * (channels + 2);
          const T along = radial_part(norms[1], dot(located, dlocated, channels + 2));
          const T scale = to_unit(norms[1]);
          for (std::int64_t c = 0; c < channels; ++c) {
            dx[c] += scale * (dlocated[c] - along * located[c]);
          }
        }
        const T along = radial_part(norms[0], dot(unit, static_cast<const T*>(dx), channels));
        const T scale = to_unit(norms[0]);
        for (std::int64_t c = 0; c < channels; ++c) dx[c] = scale * (dx[c] - along * unit[c]);
      }
    });
  });
}

}  // namespace salix::kernels::cpu
