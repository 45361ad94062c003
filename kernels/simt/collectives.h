// CUDA's functions in which threads of a block wait for each other: barriers, votes and
// shuffles. Each remembers the source line it was called from, for the error messages.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/simt/vector_types.h"

// CUDA chose these names. NOLINTBEGIN(bugprone-reserved-identifier)

namespace salix::simt {

struct Site {
  const char* file;
  int line;
};

enum class BarrierKind { kSync, kCount, kAnd, kOr };
enum class WarpKind { kSync, kShuffle, kBallot };

// The executor's half (block_runner.cpp): waits until all threads of the block, or all lanes
// of the mask, have come. A shuffle returns the value of `source_lane`; a lane that is not
// in the mask, or not in the block, gives 0xff in every byte: NaN for a float.
int block_barrier(BarrierKind kind, int predicate, Site site);
std::uint64_t warp_collective(WarpKind kind, unsigned mask, std::uint64_t value, int source_lane,
                              Site site);
int current_lane();

// The types that CUDA shuffles.
template <typename T>
concept ShuffleValue = std::is_arithmetic_v<T> &&(sizeof(T) == 4 || sizeof(T) == 8);

template <ShuffleValue T>
T shuffle(unsigned mask, T value, int source_lane, Site site) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = warp_collective(WarpKind::kShuffle, mask, bits, source_lane, site);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// A warp is cut into groups of `width` lanes (a power of two); a source outside the own
// group means the own lane.
inline int lane_in_group(int lane, int target, int width) {
  const int first = lane & ~(width - 1);
  return target < first || target >= first + width ? lane : target;
}

}  // namespace salix::simt

// Where this fiber's thread stands in its block and grid; a debugger can print them.
// __thread, unlike thread_local, needs no wrapper function around each access.
extern __thread uint3 threadIdx;
extern __thread uint3 blockIdx;
extern __thread uint3 blockDim;
extern __thread uint3 gridDim;
constexpr int warpSize = 32;

inline void __syncthreads(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  salix::simt::block_barrier(salix::simt::BarrierKind::kSync, 0, {file, line});
}
inline int __syncthreads_count(int predicate, const char* file = __builtin_FILE(),
                               int line = __builtin_LINE()) {
  return salix::simt::block_barrier(salix::simt::BarrierKind::kCount, predicate, {file, line});
}
inline int __syncthreads_and(int predicate, const char* file = __builtin_FILE(),
                             int line = __builtin_LINE()) {
  return salix::simt::block_barrier(salix::simt::BarrierKind::kAnd, predicate, {file, line});
}
inline int __syncthreads_or(int predicate, const char* file = __builtin_FILE(),
                            int line = __builtin_LINE()) {
  return salix::simt::block_barrier(salix::simt::BarrierKind::kOr, predicate, {file, line});
}

inline void __syncwarp(unsigned mask = 0xffffffffu, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  salix::simt::warp_collective(salix::simt::WarpKind::kSync, mask, 0, 0, {file, line});
}
inline unsigned __ballot_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                              int line = __builtin_LINE()) {
  return static_cast<unsigned>(salix::simt::warp_collective(salix::simt::WarpKind::kBallot, mask,
                                                            predicate != 0, 0, {file, line}));
}
inline int __any_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  return __ballot_sync(mask, predicate, file, line) != 0;
}
inline int __all_sync(unsigned mask, int predicate, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  return __ballot_sync(mask, predicate == 0, file, line) == 0;
}
// CUDA promises no more than that the caller is in it; so nothing more is given here.
inline unsigned __activemask() { return 1u << salix::simt::current_lane(); }

template <salix::simt::ShuffleValue T>
T __shfl_sync(unsigned mask, T value, int source_lane, int width = warpSize,
              const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const int first = salix::simt::current_lane() & ~(width - 1);
  return salix::simt::shuffle(mask, value, first + (source_lane & (width - 1)), {file, line});
}
template <salix::simt::ShuffleValue T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = warpSize,
                 const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const int lane = salix::simt::current_lane();
  const int source = salix::simt::lane_in_group(lane, lane - static_cast<int>(delta), width);
  return salix::simt::shuffle(mask, value, source, {file, line});
}
template <salix::simt::ShuffleValue T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize,
                   const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const int lane = salix::simt::current_lane();
  const int source = salix::simt::lane_in_group(lane, lane + static_cast<int>(delta), width);
  return salix::simt::shuffle(mask, value, source, {file, line});
}
template <salix::simt::ShuffleValue T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = warpSize,
                  const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const int lane = salix::simt::current_lane();
  const int source = lane ^ lane_mask;
  // CUDA lets xor reach earlier groups but not later ones.
  const int group_end = (lane & ~(width - 1)) + width;
  return salix::simt::shuffle(mask, value, source < group_end ? source : lane, {file, line});
}
// NOLINTEND(bugprone-reserved-identifier)
