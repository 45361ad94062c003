// GPU kernels that give one warp to each row of a [rows, size] array; included by .cu files.
// A row is read in packs of 16 bytes by neighbouring lanes, and read again from the L1 cache
// (rows are a few KB), so that memory sees each element once. Made for the many short rows
// of attention and tokens; a single very long row would keep one warp busy and no more.
#pragma once

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

constexpr int kRowThreads = 256;
constexpr int kRowsPerBlock = kRowThreads / 32;

inline unsigned blocks_for_rows(std::int64_t rows) { return blocks_for(rows, kRowsPerBlock); }

// The row of this thread's warp; may lie behind the last one.
__device__ inline std::int64_t warp_row() {
  return std::int64_t{blockIdx.x} * kRowsPerBlock + threadIdx.x / 32;
}

// Calls body(position) for the packs of N that belong to this lane.
template <int N, typename Body>
__device__ inline void for_lane_packs(int size, const Body& body) {
  for (int i = static_cast<int>(threadIdx.x % 32) * N; i < size; i += 32 * N) body(i);
}

template <typename T, int N>
__device__ inline Pack<T, N> read_pack(const T* from) {
  return *reinterpret_cast<const Pack<T, N>*>(from);
}
template <typename T, int N>
__device__ inline void write_pack(T* to, const Pack<T, N>& pack) {
  *reinterpret_cast<Pack<T, N>*>(to) = pack;
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
