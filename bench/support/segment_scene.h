// Segments as DHFR meets them: eight images of 56x56 (four in two branches) in 36 cells and 49
// regions, some 140 segments each, a seventh of the pixels annotated.
#pragma once

#include "bench/support/roofline.h"
#include "layers/functional/segments.h"

namespace salix::bench {

struct SegmentScene {
  Tensor clusters, semantic, instance;
  Segments segments;
};

inline SegmentScene make_segment_scene(Exec& exec, std::int64_t images) {
  std::vector<std::int32_t> clusters;
  std::vector<float> semantic, instance;
  for (std::int64_t n = 0; n < images; ++n) {
    for (int i = 0; i < 56; ++i) {
      for (int j = 0; j < 56; ++j) {
        clusters.push_back((i + 5) / 11 + 6 * ((j + 5) / 11));
        const bool object = i >= 24 && i < 32 && j >= 14 && j < 30;
        semantic.push_back(object ? 1.0f : (i >= 2 && i < 8 ? 0.0f : 2.0f));
        instance.push_back(static_cast<float>(1 + 7 * (i / 8) + j / 8));
      }
    }
  }
  const Shape labels{images, 56, 56, 1};
  SegmentScene scene{Tensor::from_host(exec, clusters, {images, 56, 56}),
                     Tensor::from_host(exec, semantic, labels),
                     Tensor::from_host(exec, instance, labels),
                     {}};
  scene.segments = number_segments(scene.clusters, scene.semantic, scene.instance);
  return scene;
}

}  // namespace salix::bench
