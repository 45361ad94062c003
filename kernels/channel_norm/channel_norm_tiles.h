// How the GPU passes cut a map [images, rows, channels]. A block is `lanes` packs of
// neighbouring channels wide, so that its loads are whole 128-byte lines, and walks a chunk
// of rows; a thread keeps its channels, so parameters are loaded once and sums stay in
// registers. Sums over rows: threads of a block by a tree in shared memory, then one partial
// result per chunk and channel, which a second kernel adds in order. No atomics.
#pragma once

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/channel_norm/channel_norm.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

constexpr int kNormThreads = 256;
// Enough blocks for 8 on each of 132 multiprocessors, few enough that adding their partial
// results is a small part of the work.
constexpr std::int64_t kNormBlocks = 1024;
// Rows per thread below which a further chunk costs more than it brings.
constexpr std::int64_t kMinRowsPerThread = 4;

struct ChannelTiles {
  std::int64_t rows;
  std::int64_t rows_per_chunk;
  int channels;
  int groups;
  int group_channels;
  int lanes;  // a power of two, at most 32
  unsigned images, chunks, tiles;

  dim3 grid() const { return {chunks, tiles, images}; }
  std::int64_t partials() const { return std::int64_t{images} * chunks * channels; }
};

inline ChannelTiles channel_tiles(const ChannelNormSizes& sizes, int pack) {
  SALIX_CHECK(sizes.images <= 65535 && sizes.channels < (1 << 30),
              "channel norm: at most 65535 images; got ", sizes.images);
  const std::int64_t packs = sizes.channels / pack;
  std::int64_t lanes = 1;
  while (lanes < packs && lanes < 32) lanes *= 2;
  const std::int64_t tiles = (packs + lanes - 1) / lanes;
  const std::int64_t row_threads = kNormThreads / lanes;
  const std::int64_t wanted = (kNormBlocks + tiles * sizes.images - 1) / (tiles * sizes.images);
  std::int64_t rows_per_chunk = (sizes.rows + wanted - 1) / wanted;
  if (rows_per_chunk < row_threads * kMinRowsPerThread) {
    rows_per_chunk = row_threads * kMinRowsPerThread;
  }
  return {sizes.rows,
          rows_per_chunk,
          static_cast<int>(sizes.channels),
          static_cast<int>(sizes.groups),
          static_cast<int>(sizes.group_channels()),
          static_cast<int>(lanes),
          static_cast<unsigned>(sizes.images),
          static_cast<unsigned>((sizes.rows + rows_per_chunk - 1) / rows_per_chunk),
          static_cast<unsigned>(tiles)};
}

// What a thread works on.
struct TilePlace {
  int channel;              // the first of its pack
  bool inside;              // whether that channel exists
  std::int64_t begin, end;  // its first row in the map, and the end of the chunk's rows
  int step;                 // rows between two of its own
  bool writes_sums;         // one of the block's first `lanes` threads
  std::int64_t first_partial;
};

template <int N>
__device__ inline TilePlace tile_place(const ChannelTiles& t) {
  const int lane = static_cast<int>(threadIdx.x) % t.lanes;
  const int row = static_cast<int>(threadIdx.x) / t.lanes;
  const int channel = (static_cast<int>(blockIdx.y) * t.lanes + lane) * N;
  const std::int64_t first = std::int64_t{blockIdx.x} * t.rows_per_chunk;
  const std::int64_t last = first + t.rows_per_chunk < t.rows ? first + t.rows_per_chunk : t.rows;
  const std::int64_t image_row = std::int64_t{blockIdx.z} * t.rows;
  const std::int64_t chunk = std::int64_t{blockIdx.z} * t.chunks + blockIdx.x;
  const bool inside = channel < t.channels;
  return {channel,
          inside,
          image_row + first + row,
          inside ? image_row + last : 0,
          kNormThreads / t.lanes,
          row == 0 && inside,
          chunk * t.channels + channel};
}

template <typename T, int N>
__device__ inline Pack<T, N> load_pack(const T* from) {
  return *reinterpret_cast<const Pack<T, N>*>(from);
}

// Combines the values of all threads that share a lane (all threads, with one lane), in a
// fixed tree; the result is in the block's first `lanes` threads. All threads must call it.
template <typename V, typename Combine>
__device__ inline V reduce_rows(V value, int lanes, Combine combine) {
  __shared__ V values[kNormThreads];
  const int thread = static_cast<int>(threadIdx.x);
  __syncthreads();  // whoever still reads the values of an earlier call
  values[thread] = value;
  __syncthreads();
  for (int half = kNormThreads / 2; half >= lanes; half /= 2) {
    if (thread < half) values[thread] = combine(values[thread], values[thread + half]);
    __syncthreads();
  }
  return values[thread];
}

// The forward's value before residual and ReLU. The rounding is spelled out, so that the
// backward finds the same sign.
__device__ inline float normalised(float x, float mean, float scale, float beta) {
  return __fmaf_rn(x - mean, scale, beta);
}

// The parameters of N channels of this block's image, in registers.
template <int N>
struct ChannelValues {
  float mean[N], inv_std[N], scale[N], beta[N];
};

template <int N>
__device__ inline ChannelValues<N> channel_values(const ChannelTiles& t, const TilePlace& place,
                                                  const float* mean, const float* inv_std,
                                                  const float* gamma, const float* beta) {
  ChannelValues<N> values{};
  if (!place.inside) return values;
  for (int k = 0; k < N; ++k) {
    const int c = place.channel + k;
    const std::int64_t group = std::int64_t{blockIdx.z} * t.groups + c / t.group_channels;
    values.mean[k] = mean[group];
    values.inv_std[k] = inv_std[group];
    values.scale[k] = gamma[c] * values.inv_std[k];
    values.beta[k] = beta[c];
  }
  return values;
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
