// What kernels of many ops need: an index, dynamic shared memory, and reductions over a
// warp or block. The same source for nvcc and for the simt device.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/error.h"

#if defined(__CUDACC__) || defined(SALIX_SIMT)

namespace salix {

// Blocks that cover `count` items, `per_block` in each.
inline unsigned blocks_for(std::int64_t count, int per_block) {
  const std::int64_t blocks = (count + per_block - 1) / per_block;
  SALIX_CHECK(blocks <= 0x7fffffff, "launch: a grid holds 2^31-1 blocks; ", count, " items by ",
              per_block, " need ", blocks);
  return static_cast<unsigned>(blocks);
}

// The index of this thread in a grid that is cut along x only.
__device__ inline std::int64_t global_thread() {
  return std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
}

// The bytes that LaunchConfig::shared_bytes asked for, aligned to 16; one array for all T.
template <typename T>
__device__ T* dynamic_shared() {
#ifdef SALIX_SIMT
  return reinterpret_cast<T*>(simt::dynamic_shared_bytes());
#else
  extern __shared__ __align__(16) unsigned char salix_dynamic_shared[];
  return reinterpret_cast<T*>(salix_dynamic_shared);
#endif
}

constexpr unsigned kFullWarp = 0xffffffffu;

struct Sum {
  template <typename T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};
// A NaN wins, whichever side it is on; so the result does not depend on the order.
struct Maximum {
  template <typename T>
  __device__ T operator()(T a, T b) const {
    return a < b || b != b ? b : a;
  }
};

// The reduction over all 32 lanes, the same bits in each: a butterfly, so the order is fixed
// and every lane adds the same pairs. All lanes of the warp must call it.
template <typename T, typename Combine>
__device__ T warp_reduce(T value, Combine combine) {
  for (int offset = 16; offset > 0; offset /= 2) {
    value = combine(value, __shfl_xor_sync(kFullWarp, value, offset));
  }
  return value;
}

// The reduction over a block whose size is a multiple of 32, laid out along x; the same bits
// in every thread. The warps' results are combined in the order of the warps. All threads of
// the block must call it; it may be called again at once.
template <typename T, typename Combine>
__device__ T block_reduce(T value, Combine combine) {
  __shared__ T partial[32];
  const int warp = static_cast<int>(threadIdx.x) / warpSize;
  const int warps = static_cast<int>(blockDim.x) / warpSize;
  value = warp_reduce(value, combine);
  __syncthreads();  // whoever still reads the `partial` of an earlier call
  if (threadIdx.x % warpSize == 0) partial[warp] = value;
  __syncthreads();
  T total = partial[0];
  for (int i = 1; i < warps; ++i) total = combine(total, partial[i]);
  return total;
}

template <typename T>
__device__ T warp_sum(T value) {
  return warp_reduce(value, Sum{});
}
template <typename T>
__device__ T warp_max(T value) {
  return warp_reduce(value, Maximum{});
}
template <typename T>
__device__ T block_sum(T value) {
  return block_reduce(value, Sum{});
}
template <typename T>
__device__ T block_max(T value) {
  return block_reduce(value, Maximum{});
}

}  // namespace salix

#endif
