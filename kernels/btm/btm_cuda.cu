// Bound by arithmetic near the contour and by latency elsewhere. A block owns a tile of 32x4
// pixels: a warp is a row, so that neighbours in shared memory lie in different banks. It
// keeps saliency and features with their halo in shared memory (32 KiB for 12 channels), and
// leaves at once when no contour pixel is in reach, as most tiles do. Gathering: one thread
// adds up everything that belongs to its pixel, so there are no atomics.
#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/btm/btm.h"
#include "kernels/common/full_precision.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;
constexpr int kTileWidth = 32;
constexpr int kTileHeight = 4;
constexpr int kTileThreads = kTileWidth * kTileHeight;
constexpr int kPlaneWidth = kTileWidth + 2 * kBtmRadius;
constexpr int kPlaneHeight = kTileHeight + 2 * kBtmRadius;
constexpr int kPlane = kPlaneWidth * kPlaneHeight;
// Saliency, contour and the features must fit 163 KiB, what a block may ask for on sm_80.
constexpr int kMostChannels = 163 * 1024 / (kPlane * static_cast<int>(sizeof(float))) - 2;

struct BtmMap {
  const float* saliency;
  const float* features;
  int height;
  int width;
  int stride;    // features per pixel
  int channels;  // of them, compared
};

__device__ bool is_inside(const BtmMap& map, int y, int x) {
  return y >= 0 && y < map.height && x >= 0 && x < map.width;
}

// contour(i) = m_i, and how many of them are set per block.
__global__ void contour_kernel(BtmMap map, bool everywhere, float* contour, float* counts,
                               int pixels_of_batch) {
  const int pixel = static_cast<int>(global_thread());
  bool found = false;
  if (pixel < pixels_of_batch) {
    const int x = pixel % map.width, row = pixel / map.width, y = row % map.height;
    ContourWindow window;
    for (int v = y - kContourRadius; v <= y + kContourRadius; ++v) {
      for (int u = x - kContourRadius; u <= x + kContourRadius; ++u) {
        if (is_inside(map, v, u)) window.see(map.saliency[(row - y + v) * map.width + u]);
      }
    }
    found = everywhere || window.on_contour();
    contour[pixel] = found ? 1.0f : 0.0f;
  }
  const int count = __syncthreads_count(found);
  if (threadIdx.x == 0) counts[blockIdx.x] = static_cast<float>(count);
}

// slope of every pixel, and each block's part of the loss's numerator. The grid is
// (tiles across, tiles down, images).
__global__ void __launch_bounds__(kTileThreads)
    btm_kernel(BtmMap map, const float* contour, float alpha, float* sums, float* slope) {
  float* saliency = dynamic_shared<float>();
  float* mask = saliency + kPlane;
  float* features = mask + kPlane;
  const int thread = static_cast<int>(threadIdx.x);
  const int first_x = static_cast<int>(blockIdx.x) * kTileWidth - kBtmRadius;
  const int first_y = static_cast<int>(blockIdx.y) * kTileHeight - kBtmRadius;
  const std::int64_t image = std::int64_t{blockIdx.z} * map.height * map.width;
  const int x = thread % kTileWidth, y = thread / kTileWidth;
  const bool inside = is_inside(map, first_y + kBtmRadius + y, first_x + kBtmRadius + x);
  const std::int64_t pixel =
      image + (first_y + kBtmRadius + y) * map.width + first_x + kBtmRadius + x;

  bool in_reach = false;
  for (int i = thread; i < kPlane; i += kTileThreads) {
    const int v = first_y + i / kPlaneWidth, u = first_x + i % kPlaneWidth;
    mask[i] = is_inside(map, v, u) ? contour[image + v * map.width + u] : 0.0f;
    in_reach = in_reach || mask[i] != 0.0f;
  }
  const int block =
      static_cast<int>((blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x);
  if (!__syncthreads_or(in_reach)) {
    if (thread == 0) sums[block] = 0.0f;
    if (slope != nullptr && inside) slope[pixel] = 0.0f;
    return;
  }
  for (int i = thread; i < kPlane; i += kTileThreads) {
    const int v = first_y + i / kPlaneWidth, u = first_x + i % kPlaneWidth;
    const bool is_pixel = is_inside(map, v, u);
    const std::int64_t from = image + v * map.width + u;
    saliency[i] = is_pixel ? map.saliency[from] : 0.0f;
    for (int c = 0; c < map.channels; ++c) {
      features[c * kPlane + i] = is_pixel ? map.features[from * map.stride + c] : 0.0f;
    }
  }
  __syncthreads();

  const int centre = (y + kBtmRadius) * kPlaneWidth + x + kBtmRadius;
  float sum = 0.0f, own_slope = 0.0f;
  for (int v = -kBtmRadius; v <= kBtmRadius; ++v) {
    for (int u = -kBtmRadius; u <= kBtmRadius; ++u) {
      const int other = centre + v * kPlaneWidth + u;
      const float both = mask[centre] + mask[other];
      if (both == 0.0f || !inside) continue;
      float distance = 0.0f;
      for (int c = 0; c < map.channels; ++c) {
        const float d = features[c * kPlane + other] - features[c * kPlane + centre];
        distance += d * d;
      }
      const float weight = expf(-alpha * distance);
      const float difference = saliency[centre] - saliency[other];
      sum += mask[centre] * weight * fabsf(difference);
      const float sign = difference > 0.0f ? 1.0f : (difference < 0.0f ? -1.0f : 0.0f);
      own_slope += both * weight * sign;
    }
  }
  if (slope != nullptr && inside) slope[pixel] = own_slope;
  sum = block_sum(sum);
  if (thread == 0) sums[block] = sum;
}

// One block: adds up the blocks' sums and counts in a fixed order.
__global__ void finish_kernel(const float* sums, int sum_count, const float* counts,
                              int count_count, float* loss, float* contour_pixels) {
  float sum = 0.0f, count = 0.0f;
  for (int i = static_cast<int>(threadIdx.x); i < sum_count; i += kThreadsPerBlock) sum += sums[i];
  for (int i = static_cast<int>(threadIdx.x); i < count_count; i += kThreadsPerBlock) {
    count += counts[i];  // whole numbers: exact below 2^24
  }
  sum = block_sum(sum);
  count = block_sum(count);
  if (threadIdx.x != 0) return;
  *contour_pixels = count;
  *loss = count > 0.0f ? sum / count : 0.0f;
}

__global__ void btm_backward_kernel(const float* dloss, const float* contour_pixels,
                                    const float* slope, float* ds, std::int64_t count) {
  const std::int64_t i = global_thread();
  if (i >= count) return;
  const float pixels = *contour_pixels;
  ds[i] = (pixels > 0.0f ? *dloss / pixels : 0.0f) * slope[i];
}

}  // namespace

void btm(Exec& exec, ConstView saliency, ConstView features, View loss, View contour_pixels,
         View slope, BtmParams params) {
  require_float32("btm", saliency.dtype);
  // The counts are exact below 2^24; the grid holds 65535 images and rows of tiles.
  SALIX_CHECK(saliency.numel() < (1 << 24) && saliency.dim(0) <= 65535 &&
                  saliency.dim(1) <= 65535 * kTileHeight,
              "btm: a batch must have fewer than 2^24 pixels, 65536 images and ",
              65535 * kTileHeight, " rows on this device; got ", saliency.shape);
  SALIX_CHECK(btm_channels(features, params) <= kMostChannels, "btm: at most ", kMostChannels,
              " feature channels fit the shared memory of this device; got ", features.shape);
  const BtmMap map{saliency.as<float>(),
                   features.as<float>(),
                   static_cast<int>(saliency.dim(1)),
                   static_cast<int>(saliency.dim(2)),
                   static_cast<int>(features.dim(3)),
                   static_cast<int>(btm_channels(features, params))};
  const dim3 tiles(blocks_for(map.width, kTileWidth), blocks_for(map.height, kTileHeight),
                   static_cast<unsigned>(saliency.dim(0)));
  const unsigned contour_blocks = blocks_for(saliency.numel(), kThreadsPerBlock);
  const unsigned tile_count = tiles.x * tiles.y * tiles.z;
  const Scratch contour(exec, saliency.size_bytes());
  const Scratch counts(exec, contour_blocks * sizeof(float));
  const Scratch sums(exec, tile_count * sizeof(float));
  launch(exec, {contour_blocks, kThreadsPerBlock}, contour_kernel, map, params.everywhere,
         contour.as<float>(), counts.as<float>(), static_cast<int>(saliency.numel()));
  const auto shared_bytes = static_cast<std::size_t>(2 + map.channels) * kPlane * sizeof(float);
  launch(exec, {tiles, kTileThreads, shared_bytes}, btm_kernel, map, contour.as<float>(),
         static_cast<float>(params.alpha), sums.as<float>(),
         slope.empty() ? nullptr : slope.as<float>());
  launch(exec, {1, kThreadsPerBlock}, finish_kernel, sums.as<float>(), static_cast<int>(tile_count),
         counts.as<float>(), static_cast<int>(contour_blocks), loss.as<float>(),
         contour_pixels.as<float>());
}

void btm_backward(Exec& exec, ConstView dloss, ConstView contour_pixels, ConstView slope, View ds) {
  require_float32("btm_backward", slope.dtype);
  launch(exec, {blocks_for(slope.numel(), kThreadsPerBlock), kThreadsPerBlock}, btm_backward_kernel,
         dloss.as<float>(), contour_pixels.as<float>(), slope.as<float>(), ds.as<float>(),
         slope.numel());
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
