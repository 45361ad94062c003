// Pixels of one image, one cluster and one label are a segment; its prototype is the normalised sum
// of their vectors (SegSort; DHFR, section 4 of its specification).
#pragma once

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct SegmentParams {
  int clusters = 36;         // clusters are numbered from 0 to here
  int label_divisor = 2048;  // combined label = semantic * divisor + instance
};

inline constexpr int kSemanticLabels = 256;

// P = h w pixels to an image, K = N P: the largest number of segments. All int32 but the maps.
struct SegmentBuffers {
  ConstView clusters;            // [N,h,w], values in [0, params.clusters)
  ConstView semantic, instance;  // [M,H,W,1] float32, N a multiple of M: image n has map n % M
  View ids;                      // [N,h,w]
  View pixel_semantic, pixel_instance;             // [N,h,w]
  View segment_semantic, segment_instance, image;  // [K]
  View bounds;                                     // [N+1]
};

// Numbers the segments of a batch from 0 in increasing order of (image, cluster, semantic label,
// instance label), empty ones left out: ids of the pixels, labels of pixels and segments, and
// bounds(n), the first segment of image n; bounds(N) is their number. Behind the last segment its
// arrays hold -1. Pixel (i,j) has the labels of pixel (floor(i H / h), floor(j W / w)) of the maps:
// the whole parts, limited to [0, 255] and [0, label_divisor).
//
// Errors    InvalidInput unless clusters * 256 * label_divisor < 2^32; on a GPU also for more than
//           2^15 pixels to an image.
// Writes    the outputs are overwritten; no overlap.
// Repeats   exact: the same on every device.
void number_segments(Exec& exec, const SegmentBuffers& buffers, const SegmentParams& params);

// prototypes(k) = s / max(|s|, 1e-12) with s the sum over the rows of segment k, and norms(k) =
// |s|. Backward, with p a prototype: ds = (dp - p (p . dp)) / |s|, where |s| < 1e-12 instead dp /
// 1e-12; drows(i) = ds of row i's segment.
//
// Shapes    rows and drows [N,h,w,C]; ids [N,h,w] and bounds [N+1] int32 of number_segments();
//           prototypes and dprototypes [K,C]; norms [K].
// Types     float32; float64 on the CPU.
// Writes    overwritten, no overlap; prototypes and norms are zero behind the last segment.
// Repeats   run_to_run: a segment's rows are added in the order of the pixels, no atomics.
struct PrototypeBuffers {
  ConstView rows, ids, bounds;
  View prototypes, norms;
};
struct PrototypeBackwardBuffers {
  ConstView dprototypes, prototypes, norms, ids, bounds;
  View drows;
};
void segment_prototypes(Exec& exec, const PrototypeBuffers& buffers);
void segment_prototypes_backward(Exec& exec, const PrototypeBackwardBuffers& buffers);

// --- Shared by all implementations. ---

// A number for (cluster, semantic, instance) that sorts as they do.
struct SegmentKeys {
  std::uint32_t divisor;
  SALIX_HOST_DEVICE std::uint32_t key(int cluster, int semantic, int instance) const {
    return (static_cast<std::uint32_t>(cluster) * kSemanticLabels +
            static_cast<std::uint32_t>(semantic)) *
               divisor +
           static_cast<std::uint32_t>(instance);
  }
  SALIX_HOST_DEVICE int semantic(std::uint32_t key) const {
    return static_cast<int>(key / divisor % kSemanticLabels);
  }
  SALIX_HOST_DEVICE int instance(std::uint32_t key) const {
    return static_cast<int>(key % divisor);
  }
};

// A label map as the pixels of a smaller grid see it.
struct NearestLabels {
  const float* map;
  int maps, map_height, map_width;
  int height, width;  // of the grid
  int largest;
  SALIX_HOST_DEVICE int at(int image, int pixel) const {
    const std::int64_t i = std::int64_t{pixel / width} * map_height / height;
    const std::int64_t j = std::int64_t{pixel % width} * map_width / width;
    const float value = map[(std::int64_t{image % maps} * map_height + i) * map_width + j];
    if (!(value > 0)) return 0;
    return value < static_cast<float>(largest) ? static_cast<int>(value) : largest;
  }
};

}  // namespace salix::kernels
