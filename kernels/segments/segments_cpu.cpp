#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/inner_loops.h"
#include "kernels/segments/segments.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix::kernels::cpu {
namespace {

NearestLabels labels_of(const ConstView& map, const Shape& grid, int largest) {
  return {map.as<float>(),
          static_cast<int>(map.dim(0)),
          static_cast<int>(map.dim(1)),
          static_cast<int>(map.dim(2)),
          static_cast<int>(grid[1]),
          static_cast<int>(grid[2]),
          largest};
}

// Calls body(image) for all of them.
template <typename Body>
void for_each_image(std::int64_t images, const Body& body) {
  parallel_for(images, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) body(image);
  });
}

}  // namespace

void number_segments(Exec&, const SegmentBuffers& b, const SegmentParams& params) {
  const Shape& grid = b.clusters.shape;
  const std::int64_t images = grid[0], pixels = grid[1] * grid[2];
  const NearestLabels semantic = labels_of(b.semantic, grid, kSemanticLabels - 1);
  const NearestLabels instance = labels_of(b.instance, grid, params.label_divisor - 1);
  const SegmentKeys keys{static_cast<std::uint32_t>(params.label_divisor)};

  // Per image: the key of each pixel, and the keys that occur, in order.
  std::vector<std::vector<std::uint32_t>> pixel_keys(static_cast<std::size_t>(images));
  std::vector<std::vector<std::uint32_t>> occurring(pixel_keys.size());
  for_each_image(images, [&](std::int64_t image) {
    std::vector<std::uint32_t>& own = pixel_keys[static_cast<std::size_t>(image)];
    for (std::int64_t i = 0; i < pixels; ++i) {
      const std::int64_t at = image * pixels + i;
      const int s = semantic.at(static_cast<int>(image), static_cast<int>(i));
      const int t = instance.at(static_cast<int>(image), static_cast<int>(i));
      b.pixel_semantic.as<std::int32_t>()[at] = s;
      b.pixel_instance.as<std::int32_t>()[at] = t;
      own.push_back(keys.key(b.clusters.as<std::int32_t>()[at], s, t));
    }
    std::vector<std::uint32_t>& found = occurring[static_cast<std::size_t>(image)];
    found = own;
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  });

  std::int32_t* bounds = b.bounds.as<std::int32_t>();
  bounds[0] = 0;
  for (std::int64_t image = 0; image < images; ++image) {
    const auto count = occurring[static_cast<std::size_t>(image)].size();
    bounds[image + 1] = bounds[image] + static_cast<std::int32_t>(count);
  }
  for_each_image(images, [&](std::int64_t image) {
    const auto& found = occurring[static_cast<std::size_t>(image)];
    const auto& own = pixel_keys[static_cast<std::size_t>(image)];
    for (std::size_t k = 0; k < found.size(); ++k) {
      const auto segment = static_cast<std::size_t>(bounds[image]) + k;
      b.segment_semantic.as<std::int32_t>()[segment] = keys.semantic(found[k]);
      b.segment_instance.as<std::int32_t>()[segment] = keys.instance(found[k]);
      b.image.as<std::int32_t>()[segment] = static_cast<std::int32_t>(image);
    }
    for (std::size_t i = 0; i < own.size(); ++i) {
      const auto place = std::lower_bound(found.begin(), found.end(), own[i]) - found.begin();
      b.ids.as<std::int32_t>()[image * pixels + static_cast<std::int64_t>(i)] =
          bounds[image] + static_cast<std::int32_t>(place);
    }
  });
  for (const View& view : {b.segment_semantic, b.segment_instance, b.image}) {
    std::fill(view.as<std::int32_t>() + bounds[images], view.as<std::int32_t>() + view.numel(), -1);
  }
}

void segment_prototypes(Exec&, const PrototypeBuffers& b) {
  visit_full_precision("segment_prototypes", b.rows.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t images = b.rows.dim(0), channels = b.rows.dim(3);
    const std::int64_t pixels = b.rows.dim(1) * b.rows.dim(2);
    const std::int32_t* ids = b.ids.as<std::int32_t>();
    const std::int32_t* bounds = b.bounds.as<std::int32_t>();
    T* prototypes = b.prototypes.as<T>();
    T* norms = b.norms.as<T>();
    for_each_image(images, [&](std::int64_t image) {
      const std::int64_t first = bounds[image], end = bounds[image + 1];
      std::fill(prototypes + first * channels, prototypes + end * channels, T(0));
      for (std::int64_t i = image * pixels; i < (image + 1) * pixels; ++i) {
        const T* __restrict row = b.rows.as<T>() + i * channels;
        T* __restrict sum = prototypes + ids[i] * channels;
#pragma omp simd
        for (std::int64_t c = 0; c < channels; ++c) sum[c] += row[c];
      }
      for (std::int64_t k = first; k < end; ++k) {
        T* p = prototypes + k * channels;
        norms[k] = std::sqrt(dot<T>(p, p, channels));
        const T scale = to_unit(norms[k]);
        for (std::int64_t c = 0; c < channels; ++c) p[c] *= scale;
      }
    });
    std::fill(prototypes + bounds[images] * channels, prototypes + b.prototypes.numel(), T(0));
    std::fill(norms + bounds[images], norms + b.norms.numel(), T(0));
  });
}

void segment_prototypes_backward(Exec&, const PrototypeBackwardBuffers& b) {
  visit_full_precision("segment_prototypes_backward", b.drows.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t images = b.drows.dim(0), channels = b.drows.dim(3);
    const std::int32_t* ids = b.ids.as<std::int32_t>();
    const std::int64_t segments = b.bounds.as<std::int32_t>()[images];
    std::vector<T> ds(static_cast<std::size_t>(segments * channels));
    parallel_for(segments, grain_for(4 * channels), [&](auto begin, auto end) {
      for (std::int64_t k = begin; k < end; ++k) {
        const T* p = b.prototypes.as<T>() + k * channels;
        const T* dp = b.dprototypes.as<T>() + k * channels;
        const T norm = b.norms.as<T>()[k], scale = to_unit(norm);
        const T along = radial_part(norm, dot(p, dp, channels));
        T* to = ds.data() + k * channels;
        for (std::int64_t c = 0; c < channels; ++c) to[c] = scale * (dp[c] - along * p[c]);
      }
    });
    parallel_for(b.ids.numel(), grain_for(channels), [&](auto begin, auto end) {
      for (std::int64_t i = begin; i < end; ++i) {
        std::copy_n(ds.data() + ids[i] * channels, channels, b.drows.as<T>() + i * channels);
      }
    });
  });
}

}  // namespace salix::kernels::cpu
