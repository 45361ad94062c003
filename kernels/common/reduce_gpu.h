// Reductions of [outer, count, inner] over the middle axis on the GPU, for sums and for
// maxima with their positions; included by .cu files. A reduction is cut into chunks by
// its sizes alone, and everything is combined in a fixed order: run_to_run, no atomics.
#pragma once

#include <algorithm>
#include <climits>
#include <type_traits>

#include "engine/cuda/launch.h"
#include "engine/exec.h"
#include "engine/shape.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"
#include "kernels/common/pool_window.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

constexpr unsigned kWholeWarp = 0xffffffffu;

struct SumReducer {
  using State = float;
  static __device__ State identity() { return 0.0f; }
  static __device__ State one(float value, int) { return value; }
  static __device__ State merge(State a, State b) { return a + b; }
  static __device__ State from_lane(State state, int lane_mask) {
    return __shfl_xor_sync(kWholeWarp, state, lane_mask);
  }
};

// The largest value and where it stood; NaN is the largest, the first of equals wins.
struct MaxReducer {
  struct State {
    float value;
    int position;
  };
  static __device__ State identity() { return {-INFINITY, INT_MAX}; }
  static __device__ State one(float value, int position) { return {value, position}; }
  static __device__ State merge(State a, State b) {
    if (beats(b.value, a.value)) return b;
    return !beats(a.value, b.value) && b.position < a.position ? b : a;
  }
  static __device__ State from_lane(State state, int lane_mask) {
    return {__shfl_xor_sync(kWholeWarp, state.value, lane_mask),
            __shfl_xor_sync(kWholeWarp, state.position, lane_mask)};
  }
};

// Where states come from: a tensor of T, or an earlier launch's partial states.
template <typename Reducer, typename T, int N>
struct TensorSource {
  static constexpr int kWidth = N;
  const T* x;
  __device__ void merge_into(typename Reducer::State* states, long long offset, int position,
                             int position_step) const {
    const Pack<T, N> in = *reinterpret_cast<const Pack<T, N>*>(x + offset);
    for (int k = 0; k < N; ++k) {
      const auto one = Reducer::one(static_cast<float>(in.value[k]), position + k * position_step);
      states[k] = Reducer::merge(states[k], one);
    }
  }
};
template <typename Reducer>
struct StateSource {
  static constexpr int kWidth = 1;
  const typename Reducer::State* x;
  __device__ void merge_into(typename Reducer::State* states, long long offset, int, int) const {
    states[0] = Reducer::merge(states[0], x[offset]);
  }
};
// A sink that keeps states for the next launch; ops bring sinks of their own.
template <typename Reducer>
struct StateSink {
  typename Reducer::State* y;
  __device__ void store(long long index, typename Reducer::State state) const { y[index] = state; }
};

struct ReduceGrid {
  int outer;
  int count;
  int inner;
  int chunk;  // of the middle axis, per block
  int chunks;
};

constexpr int kReduceThreads = 256;

// inner > 1. Threads along x own a pack of columns each and read whole lines; threads along
// y share the rows of the chunk, then add up in a tree in shared memory.
template <typename Reducer, typename Source, typename Sink>
__global__ void reduce_columns_kernel(Source source, Sink sink, ReduceGrid grid) {
  using State = typename Reducer::State;
  constexpr int N = Source::kWidth;
  __shared__ State shared[kReduceThreads * N];
  const int packs = grid.inner / N;
  const int tiles = (packs + blockDim.x - 1) / blockDim.x;
  const int column = static_cast<int>(blockIdx.x % tiles * blockDim.x + threadIdx.x) * N;
  const long long outer = blockIdx.x / tiles;
  const int first = static_cast<int>(blockIdx.y) * grid.chunk;
  const int end = min(first + grid.chunk, grid.count);
  State states[N];
  for (int k = 0; k < N; ++k) states[k] = Reducer::identity();
  if (column < grid.inner) {
    for (int r = first + static_cast<int>(threadIdx.y); r < end; r += blockDim.y) {
      source.merge_into(states, (outer * grid.count + r) * grid.inner + column, r, 0);
    }
  }
  State* own = shared + (threadIdx.y * blockDim.x + threadIdx.x) * N;
  for (int k = 0; k < N; ++k) own[k] = states[k];
  for (unsigned half = blockDim.y / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y >= half) continue;
    const State* other = own + half * blockDim.x * N;
    for (int k = 0; k < N; ++k) own[k] = Reducer::merge(own[k], other[k]);
  }
  if (threadIdx.y > 0 || column >= grid.inner) return;
  for (int k = 0; k < N; ++k) {
    sink.store((outer * grid.chunks + blockIdx.y) * grid.inner + column + k, own[k]);
  }
}

// inner == 1. blockDim.x threads (a power of two) share one row's chunk: within a warp they
// combine by shuffles, across the warps of a long row through shared memory.
template <typename Reducer, typename Source, typename Sink>
__global__ void reduce_rows_kernel(Source source, Sink sink, ReduceGrid grid) {
  using State = typename Reducer::State;
  constexpr int N = Source::kWidth;
  __shared__ State shared[kReduceThreads / 32];
  const long long row = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
  const int first = static_cast<int>(blockIdx.y) * grid.chunk;
  const int end = min(first + grid.chunk, grid.count);
  State states[N];
  for (int k = 0; k < N; ++k) states[k] = Reducer::identity();
  if (row < grid.outer) {
    for (int i = first + static_cast<int>(threadIdx.x) * N; i < end; i += blockDim.x * N) {
      source.merge_into(states, row * grid.count + i, i, 1);
    }
  }
  State total = states[0];
  for (int k = 1; k < N; ++k) total = Reducer::merge(total, states[k]);
  const int lanes = min(static_cast<int>(blockDim.x), 32);
  for (int offset = lanes / 2; offset > 0; offset /= 2) {
    total = Reducer::merge(total, Reducer::from_lane(total, offset));
  }
  if (blockDim.x > 32) {
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = total;
    __syncthreads();
    if (threadIdx.x == 0) {
      for (unsigned warp = 1; warp < blockDim.x / 32; ++warp) {
        total = Reducer::merge(total, shared[warp]);
      }
    }
  }
  if (threadIdx.x == 0 && row < grid.outer) sink.store(row * grid.chunks + blockIdx.y, total);
}

inline std::int64_t round_up_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }
inline unsigned power_of_two_at_least(std::int64_t n, unsigned limit) {
  unsigned power = 1;
  while (power < n && power < limit) power *= 2;
  return power;
}

// One launch when there are blocks enough, else chunks first and their states after: about
// 512 blocks keep the 132 multiprocessors of an H100 busy.
template <typename Reducer, typename Source, typename Sink>
void reduce_gpu(Exec& exec, const Source& source, const Sink& sink, const Shape& shape) {
  constexpr std::int64_t kBusyBlocks = 512;
  constexpr int N = Source::kWidth;
  const std::int64_t outer = shape.dim(0), count = shape.dim(1), inner = shape.dim(2);
  const bool columns = inner > 1;
  const std::int64_t packs = columns ? inner / N : round_up_divide(count, N);
  // A row of 1024 packs or more is worth a block; a shorter one gets part of a warp.
  const unsigned lanes = columns         ? power_of_two_at_least(packs, 32)
                         : packs >= 1024 ? unsigned{kReduceThreads}
                                         : power_of_two_at_least(packs, 32);
  const unsigned rows = kReduceThreads / lanes;
  const std::int64_t blocks =
      columns ? outer * round_up_divide(packs, lanes) : round_up_divide(outer, rows);
  // Fewer than 8 loads per thread are not worth a second launch.
  const std::int64_t step = columns ? std::int64_t{rows} * 8 : std::int64_t{lanes} * N * 8;
  constexpr bool kSecondStage = std::is_same_v<Source, StateSource<Reducer>>;
  const std::int64_t most = kSecondStage ? 1 : round_up_divide(count, step);
  const std::int64_t chunks =
      std::clamp<std::int64_t>(round_up_divide(kBusyBlocks, blocks), 1, most);
  std::int64_t chunk = round_up_divide(count, chunks);
  chunk = round_up_divide(chunk, N) * N;  // keeps the packs of rows aligned
  SALIX_CHECK(outer < INT_MAX && count < INT_MAX && inner < INT_MAX,
              "reduce: each group of axes must stay below 2^31 elements; got ", shape);
  const ReduceGrid grid{static_cast<int>(outer), static_cast<int>(count), static_cast<int>(inner),
                        static_cast<int>(chunk), static_cast<int>(round_up_divide(count, chunk))};
  const auto run = [&](const auto& to) {
    using To = std::decay_t<decltype(to)>;
    const auto kernel = columns ? reduce_columns_kernel<Reducer, Source, To>
                                : reduce_rows_kernel<Reducer, Source, To>;
    launch(exec,
           {{static_cast<unsigned>(blocks), static_cast<unsigned>(grid.chunks)}, {lanes, rows}},
           kernel, source, to, grid);
  };
  if (grid.chunks == 1) return run(sink);
  if constexpr (!kSecondStage) {
    using State = typename Reducer::State;
    const Scratch partial(exec,
                          static_cast<std::size_t>(outer * grid.chunks * inner) * sizeof(State));
    run(StateSink<Reducer>{partial.as<State>()});
    reduce_gpu<Reducer>(exec, StateSource<Reducer>{partial.as<State>()}, sink,
                        {outer, grid.chunks, inner});
  }
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
