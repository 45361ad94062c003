// dbias on the GPU: the sums of da over the pairs of an offset, first of a block's windows, then of
// all blocks.
#pragma once

#include "kernels/window_attention/window_attention_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

// The sums of da over the pairs of an offset, for this thread's offsets.
class OffsetSums {
 public:
  // da is [queries, keys], `stride` apart. With windows of 7, offsets have 1 to 49 pairs, which
  // are shared out evenly: the longest of each warp's add up to 42 to 49.
  __device__ void add(const float* da, int stride, int window) {
    for (int n = 0; n < kPerThread; ++n) {
      const int offset = offset_of(n), across = 2 * window - 1;
      if (offset >= across * across) return;
      const int down = offset / across - (window - 1), right = offset % across - (window - 1);
      const int columns = window - (right < 0 ? -right : right);
      for (int row = max(down, 0); row < min(window, window + down); ++row) {
        const int i = row * window + max(right, 0);
        const int j = (row - down) * window + max(-right, 0);
#pragma unroll
        for (int c = 0; c < kMaxWindow; ++c) {
          if (c < columns) sums_[n] += da[(i + c) * stride + j + c];
        }
      }
    }
  }
  __device__ void store(float* to, int window) const {
    const int across = 2 * window - 1;
    for (int n = 0; n < kPerThread; ++n) {
      if (offset_of(n) < across * across) to[offset_of(n)] = sums_[n];
    }
  }

 private:
  static constexpr int kPerThread = (kMaxOffsets + kAttentionThreads - 1) / kAttentionThreads;
  static __device__ int offset_of(int n) {
    return static_cast<int>(threadIdx.x) + n * kAttentionThreads;
  }
  float sums_[kPerThread] = {};
};

// Adds the sums of all lists: a lane per offset, kWarps warps share the lists, so that a lane
// adds no long row of numbers, each of which it would wait for.
template <int kWarps>
__global__ void __launch_bounds__(32 * kWarps)
    add_lists_kernel(const float* partial, int lists, int heads, int offsets, float* dbias) {
  __shared__ float sums[kWarps][32];
  const int offset = static_cast<int>(blockIdx.x * 32 + threadIdx.x);
  const int head = static_cast<int>(blockIdx.y);
  float sum = 0.0f;
  if (offset < offsets) {
#pragma unroll 4
    for (int list = static_cast<int>(threadIdx.y); list < lists; list += kWarps) {
      sum += partial[(static_cast<long long>(list) * heads + head) * offsets + offset];
    }
  }
  sums[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y > 0 || offset >= offsets) return;
  for (int warp = 1; warp < kWarps; ++warp) sum += sums[warp][threadIdx.x];
  dbias[offset * heads + head] = sum;
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
