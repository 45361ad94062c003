// Two launches a round. A block owns a tile of pixels: it keeps their vectors and the image's
// centres in shared memory, a thread finds the cluster of one pixel, then a thread per channel adds
// up the tile's clusters for the round to come, pixel after pixel, so that there are no atomics. A
// second kernel adds the tiles in order and normalises.
#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/full_precision.h"
#include "kernels/spherical_kmeans/spherical_kmeans.h"
#include "kernels/unit_vectors/unit_vectors.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kTile = 128;  // pixels, and threads, of a block
constexpr int kCentreThreads = 64;
constexpr int kMostSharedBytes = 163 * 1024;  // what a block may ask for on sm_80

struct KmeansGrid {
  int height;
  int width;
  int channels;
  int cells;  // along each side

  __device__ int pixels() const { return height * width; }
  __device__ int clusters() const { return cells * cells; }
};

// The grid is (tiles, images). centres == nullptr: the first assignment. sums [image][tile]
// [cluster][channel], nullptr after the last round.
__global__ void assign_kernel(const float* z, const float* centres, int* assignment, float* sums,
                              KmeansGrid grid) {
  const int channels = grid.channels, clusters = grid.clusters();
  const int pitch = channels | 1;  // odd: the threads' pixels begin in different banks
  float* tile = dynamic_shared<float>();
  float* centre = tile + kTile * pitch;
  int* chosen = reinterpret_cast<int*>(centre + clusters * channels);
  const int thread = static_cast<int>(threadIdx.x);
  const int first = static_cast<int>(blockIdx.x) * kTile;
  const int count = min(kTile, grid.pixels() - first);
  const std::int64_t image_pixels = std::int64_t{blockIdx.y} * grid.pixels();
  const float* from = z + (image_pixels + first) * channels;
  for (int i = thread; i < count * channels; i += kTile) {
    tile[i / channels * pitch + i % channels] = from[i];
  }
  if (centres != nullptr) {
    const float* own = centres + std::int64_t{blockIdx.y} * clusters * channels;
    for (int i = thread; i < clusters * channels; i += kTile) centre[i] = own[i];
  }
  __syncthreads();

  int best = 0;
  if (thread < count && centres == nullptr) {
    const int pixel = first + thread;
    best = starting_cell(pixel / grid.width, grid.height, grid.cells) +
           grid.cells * starting_cell(pixel % grid.width, grid.width, grid.cells);
  } else if (thread < count) {
    const float* own = tile + thread * pitch;
    float largest = 0.0f;
    for (int k = 0; k < clusters; ++k) {
      float similarity = 0.0f;
      for (int c = 0; c < channels; ++c) similarity += own[c] * centre[k * channels + c];
      if (k > 0 && !(similarity > largest)) continue;
      largest = similarity;
      best = k;
    }
  }
  chosen[thread] = best;
  if (thread < count) assignment[image_pixels + first + thread] = best;
  __syncthreads();
  if (sums == nullptr) return;
  // The centres are not needed any more: their place takes the sums.
  for (int i = thread; i < clusters * channels; i += kTile) centre[i] = 0.0f;
  __syncthreads();
  for (int c = thread; c < channels; c += kTile) {
    for (int pixel = 0; pixel < count; ++pixel) {
      centre[chosen[pixel] * channels + c] += tile[pixel * pitch + c];
    }
  }
  __syncthreads();
  float* to = sums + (std::int64_t{blockIdx.y} * gridDim.x + blockIdx.x) * clusters * channels;
  for (int i = thread; i < clusters * channels; i += kTile) to[i] = centre[i];
}

// A block to a cluster of an image; the grid is (clusters, images).
__global__ void centre_kernel(const float* sums, float* centres, int tiles, int channels) {
  const int clusters = static_cast<int>(gridDim.x);
  const std::int64_t image = blockIdx.y;
  float* centre = centres + (image * clusters + blockIdx.x) * channels;
  float square = 0.0f;
  for (int c = static_cast<int>(threadIdx.x); c < channels; c += kCentreThreads) {
    float sum = 0.0f;
    for (int tile = 0; tile < tiles; ++tile) {
      sum += sums[((image * tiles + tile) * clusters + blockIdx.x) * channels + c];
    }
    centre[c] = sum;
    square += sum * sum;
  }
  const float scale = to_unit(sqrtf(block_sum(square)));
  for (int c = static_cast<int>(threadIdx.x); c < channels; c += kCentreThreads) {
    centre[c] *= scale;
  }
}

}  // namespace

void spherical_kmeans(Exec& exec, ConstView z, View assignment, const KmeansParams& params) {
  require_float32("spherical_kmeans", z.dtype);
  const int clusters = params.clusters * params.clusters;
  const auto images = static_cast<unsigned>(z.dim(0));
  const std::int64_t channels = z.dim(3);
  const std::int64_t shared_bytes =
      (kTile * (channels | 1) + clusters * channels + kTile) * std::int64_t{sizeof(float)};
  SALIX_CHECK(
      shared_bytes <= kMostSharedBytes && z.dim(0) <= 65535 && z.dim(1) * z.dim(2) < (1 << 30),
      "spherical_kmeans: fewer channels or clusters fit the shared memory of this device; got ",
      z.shape, " and ", clusters, " clusters");
  const KmeansGrid grid{static_cast<int>(z.dim(1)), static_cast<int>(z.dim(2)),
                        static_cast<int>(channels), params.clusters};
  const unsigned tiles = blocks_for(z.dim(1) * z.dim(2), kTile);
  const Scratch centres(exec,
                        images * static_cast<std::size_t>(clusters * channels) * sizeof(float));
  const Scratch sums(exec, images * std::size_t{tiles} *
                               static_cast<std::size_t>(clusters * channels) * sizeof(float));
  for (int round = 0; round <= params.iterations; ++round) {
    const bool last = round == params.iterations;
    launch(exec, {{tiles, images}, kTile, static_cast<std::size_t>(shared_bytes)}, assign_kernel,
           z.as<float>(), round == 0 ? nullptr : centres.as<float>(), assignment.as<std::int32_t>(),
           last ? nullptr : sums.as<float>(), grid);
    if (last) break;
    launch(exec, {{static_cast<unsigned>(clusters), images}, kCentreThreads}, centre_kernel,
           sums.as<float>(), centres.as<float>(), static_cast<int>(tiles),
           static_cast<int>(channels));
  }
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
