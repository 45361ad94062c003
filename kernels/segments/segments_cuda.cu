// Numbering: a block sorts the keys of one image in shared memory (bitonic, 4096 keys of a 56x56
// map in 78 short steps), keeps each key once, and every pixel then finds its own by bisection. The
// host learns nothing of it: later launches cover the room and leave where nothing is.
// Prototypes: a warp to a segment looks at 32 ids of its image at once, and a ballot tells which
// rows to add; in the order of the pixels and without atomics.
#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/block_scan_gpu.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/row_lanes.h"
#include "kernels/segments/segments.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kSortThreads = 512;
constexpr int kMostPixels = 1 << 15;  // 128 KiB of keys
constexpr std::uint32_t kNoKey = 0xffffffffu;
constexpr int kThreads = 256;
constexpr int kSumsPerLane = 8;  // so that a row may have 256 channels

struct Numbering {
  const int* clusters;
  NearestLabels semantic, instance;
  SegmentKeys keys;
  int pixels;
};

__global__ void sort_kernel(Numbering in, int padded, std::uint32_t* pixel_keys,
                            std::uint32_t* occurring, int* counts, int* pixel_semantic,
                            int* pixel_instance) {
  std::uint32_t* keys = dynamic_shared<std::uint32_t>();
  const int thread = static_cast<int>(threadIdx.x), image = static_cast<int>(blockIdx.x);
  const std::int64_t first = std::int64_t{image} * in.pixels;
  for (int i = thread; i < padded; i += kSortThreads) {
    keys[i] = kNoKey;
    if (i >= in.pixels) continue;
    const int semantic = in.semantic.at(image, i), instance = in.instance.at(image, i);
    pixel_semantic[first + i] = semantic;
    pixel_instance[first + i] = instance;
    keys[i] = in.keys.key(in.clusters[first + i], semantic, instance);
    pixel_keys[first + i] = keys[i];
  }
  for (int size = 2; size <= padded; size *= 2) {
    for (int half = size / 2; half > 0; half /= 2) {
      __syncthreads();
      for (int pair = thread; pair < padded / 2; pair += kSortThreads) {
        const int low = pair / half * 2 * half + pair % half, high = low + half;
        const bool ascending = (low & size) == 0;
        const std::uint32_t a = keys[low], b = keys[high];
        if ((a > b) != ascending) continue;
        keys[low] = b;
        keys[high] = a;
      }
    }
  }
  __syncthreads();
  int found = 0;
  for (int begin = 0; begin < in.pixels; begin += kSortThreads) {
    const int i = begin + thread;
    const bool is_new = i < in.pixels && (i == 0 || keys[i] != keys[i - 1]);
    int here = 0;
    const int rank = block_scan(is_new ? 1 : 0, &here);
    if (is_new) occurring[first + found + rank] = keys[i];
    found += here;
  }
  if (thread == 0) counts[image] = found;
}

// The grid is (blocks of an image's pixels, images).
__global__ void number_kernel(const std::uint32_t* pixel_keys, const std::uint32_t* occurring,
                              const int* counts, SegmentKeys keys, int pixels, int* ids,
                              int* segment_semantic, int* segment_instance, int* image_of,
                              int* bounds) {
  const int i = static_cast<int>(global_thread());
  const int image = static_cast<int>(blockIdx.y), images = static_cast<int>(gridDim.y);
  int base = 0, total = 0;
  for (int n = 0; n < images; ++n) {
    if (n < image) base += counts[n];
    total += counts[n];
  }
  if (i == 0) bounds[image] = base;
  if (i == 0 && image == 0) bounds[images] = total;
  if (i >= pixels) return;
  const std::int64_t at = std::int64_t{image} * pixels + i;
  const std::uint32_t* own = occurring + std::int64_t{image} * pixels;
  const int count = counts[image];
  const std::uint32_t key = pixel_keys[at];
  int low = 0, high = count - 1;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (own[middle] < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  ids[at] = base + low;
  if (i < count) {
    segment_semantic[base + i] = keys.semantic(own[i]);
    segment_instance[base + i] = keys.instance(own[i]);
    image_of[base + i] = image;
  }
  if (at >= total) segment_semantic[at] = segment_instance[at] = image_of[at] = -1;
}

__global__ void prototype_kernel(const float* rows, const int* ids, const int* bounds, int images,
                                 int pixels, int channels, std::int64_t room, float* prototypes,
                                 float* norms) {
  const std::int64_t k = warp_row();
  if (k >= room) return;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  float* to = prototypes + k * channels;
  if (k >= bounds[images]) {
    for (int c = lane; c < channels; c += 32) to[c] = 0.0f;
    if (lane == 0) norms[k] = 0.0f;
    return;
  }
  int image = 0;
  while (k >= bounds[image + 1]) ++image;
  const std::int64_t begin = std::int64_t{image} * pixels;
  float sums[kSumsPerLane] = {};
  for (int first = 0; first < pixels; first += 32) {
    const bool mine = first + lane < pixels && ids[begin + first + lane] == k;
    for (unsigned found = __ballot_sync(kFullWarp, mine); found != 0; found &= found - 1) {
      const std::int64_t place = begin + first + __ffs(static_cast<int>(found)) - 1;
#pragma unroll
      for (int s = 0; s < kSumsPerLane; ++s) {
        if (s * 32 + lane < channels) sums[s] += rows[place * channels + s * 32 + lane];
      }
    }
  }
  float square = 0.0f;
#pragma unroll
  for (int s = 0; s < kSumsPerLane; ++s) square += sums[s] * sums[s];
  const float norm = sqrtf(warp_sum(square)), scale = to_unit(norm);
#pragma unroll
  for (int s = 0; s < kSumsPerLane; ++s) {
    if (s * 32 + lane < channels) to[s * 32 + lane] = scale * sums[s];
  }
  if (lane == 0) norms[k] = norm;
}

// ds of every segment.
__global__ void sum_gradient_kernel(const float* dprototypes, const float* prototypes,
                                    const float* norms, const int* count, int channels, float* ds) {
  const std::int64_t k = warp_row();
  if (k >= *count) return;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const float *dp = dprototypes + k * channels, *p = prototypes + k * channels;
  float along = 0.0f;
  for (int c = lane; c < channels; c += 32) along += p[c] * dp[c];
  along = radial_part(norms[k], warp_sum(along));
  const float scale = to_unit(norms[k]);
  for (int c = lane; c < channels; c += 32) ds[k * channels + c] = scale * (dp[c] - along * p[c]);
}

__global__ void spread_kernel(const float* ds, const int* ids, float* drows, std::int64_t count,
                              int channels) {
  const std::int64_t i = global_thread();
  if (i >= count) return;
  drows[i] = ds[std::int64_t{ids[i / channels]} * channels + i % channels];
}

NearestLabels labels_of(const ConstView& map, const Shape& grid, int largest) {
  return {map.as<float>(),
          static_cast<int>(map.dim(0)),
          static_cast<int>(map.dim(1)),
          static_cast<int>(map.dim(2)),
          static_cast<int>(grid[1]),
          static_cast<int>(grid[2]),
          largest};
}

}  // namespace

void number_segments(Exec& exec, const SegmentBuffers& b, const SegmentParams& params) {
  const Shape& grid = b.clusters.shape;
  const std::int64_t pixels = grid[1] * grid[2];
  SALIX_CHECK(pixels <= kMostPixels && grid[0] <= 65535, "number_segments: at most ", kMostPixels,
              " pixels to an image and 65535 images on this device; got ", grid);
  const auto images = static_cast<unsigned>(grid[0]);
  int padded = 2;
  while (padded < pixels) padded *= 2;
  const auto key_bytes = static_cast<std::size_t>(grid.numel()) * sizeof(std::uint32_t);
  const Scratch pixel_keys(exec, key_bytes), occurring(exec, key_bytes);
  const Scratch counts(exec, images * sizeof(int));
  const Numbering in{b.clusters.as<std::int32_t>(),
                     labels_of(b.semantic, grid, kSemanticLabels - 1),
                     labels_of(b.instance, grid, params.label_divisor - 1),
                     {static_cast<std::uint32_t>(params.label_divisor)},
                     static_cast<int>(pixels)};
  launch(exec, {images, kSortThreads, static_cast<std::size_t>(padded) * sizeof(std::uint32_t)},
         sort_kernel, in, padded, pixel_keys.as<std::uint32_t>(), occurring.as<std::uint32_t>(),
         counts.as<int>(), b.pixel_semantic.as<std::int32_t>(),
         b.pixel_instance.as<std::int32_t>());
  launch(exec, {{blocks_for(pixels, kThreads), images}, kThreads}, number_kernel,
         pixel_keys.as<std::uint32_t>(), occurring.as<std::uint32_t>(), counts.as<int>(), in.keys,
         in.pixels, b.ids.as<std::int32_t>(), b.segment_semantic.as<std::int32_t>(),
         b.segment_instance.as<std::int32_t>(), b.image.as<std::int32_t>(),
         b.bounds.as<std::int32_t>());
}

void segment_prototypes(Exec& exec, const PrototypeBuffers& b) {
  require_float32("segment_prototypes", b.rows.dtype);
  const std::int64_t room = b.norms.numel();
  const auto channels = static_cast<int>(b.rows.dim(3));
  SALIX_CHECK(channels <= 32 * kSumsPerLane, "segment_prototypes: at most ", 32 * kSumsPerLane,
              " channels on this device; got ", b.rows.shape);
  launch(exec, {blocks_for_rows(room), kRowThreads}, prototype_kernel, b.rows.as<float>(),
         b.ids.as<std::int32_t>(), b.bounds.as<std::int32_t>(), static_cast<int>(b.rows.dim(0)),
         static_cast<int>(b.rows.dim(1) * b.rows.dim(2)), channels, room, b.prototypes.as<float>(),
         b.norms.as<float>());
}

void segment_prototypes_backward(Exec& exec, const PrototypeBackwardBuffers& b) {
  require_float32("segment_prototypes_backward", b.drows.dtype);
  const auto channels = static_cast<int>(b.drows.dim(3));
  const Scratch ds(exec, b.dprototypes.size_bytes());
  launch(exec, {blocks_for_rows(b.norms.numel()), kRowThreads}, sum_gradient_kernel,
         b.dprototypes.as<float>(), b.prototypes.as<float>(), b.norms.as<float>(),
         b.bounds.as<std::int32_t>() + b.drows.dim(0), channels, ds.as<float>());
  launch(exec, {blocks_for(b.drows.numel(), kThreads), kThreads}, spread_kernel, ds.as<float>(),
         b.ids.as<std::int32_t>(), b.drows.as<float>(), b.drows.numel(), channels);
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
