// A running sum over the threads of a block; included by .cu files.
#pragma once

#include "engine/cuda/device_helpers.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

// The sum of `value` over the threads before this one, and *total that over all. For a block laid
// out along x whose size is a multiple of 32. All its threads must call it.
__device__ inline int block_scan(int value, int* total) {
  __shared__ int warp_sums[32];
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  int sum = value;
  for (int offset = 1; offset < 32; offset *= 2) {
    const int below = __shfl_up_sync(kFullWarp, sum, static_cast<unsigned>(offset));
    if (lane >= offset) sum += below;
  }
  __syncthreads();  // whoever still reads the sums of an earlier call
  if (lane == 31) warp_sums[warp] = sum;
  __syncthreads();
  int before = 0, all = 0;
  for (int i = 0; i < static_cast<int>(blockDim.x) / 32; ++i) {
    if (i < warp) before += warp_sums[i];
    all += warp_sums[i];
  }
  *total = all;
  return before + sum - value;
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
