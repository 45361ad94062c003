// Kernels without faults: indices, reductions, shared memory, shuffles, votes, atomics.
#include "tests/kernels/simt_cases/cases.h"

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"

namespace salix::testing {
namespace {

__global__ void write_indices_kernel(int* out) {
  out[global_thread()] = static_cast<int>(1000 * blockIdx.x + threadIdx.x);
}

__global__ void write_coordinates_kernel(std::uint32_t* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] = threadIdx.x | threadIdx.y << 4 |
                                                               threadIdx.z << 8 | blockIdx.x << 12 |
                                                               blockIdx.y << 16 | blockIdx.z << 20;
}

template <typename Reduce>
__global__ void __launch_bounds__(1024) reduce_kernel(const float* in, float* out, Reduce reduce) {
  const float result = reduce(in[global_thread()]);
  if (threadIdx.x == 0) out[blockIdx.x] = result;
}
struct BlockSum {
  __device__ float operator()(float value) const { return block_sum(value); }
};
struct BlockMax {
  __device__ float operator()(float value) const { return block_max(value); }
};

template <typename T>
__global__ void reverse_static_kernel(const T* in, T* out) {
  __shared__ T tile[64];
  tile[threadIdx.x] = in[global_thread()];
  __syncthreads();
  out[global_thread()] = tile[63 - threadIdx.x];
}

template <typename T>
__global__ void reverse_dynamic_kernel(const T* in, T* out) {
  T* tile = dynamic_shared<T>();
  tile[threadIdx.x] = in[global_thread()];
  __syncthreads();
  out[global_thread()] = tile[blockDim.x - 1 - threadIdx.x];
}

__global__ void all_shuffles_kernel(int* out) {
  const int lane = static_cast<int>(threadIdx.x);
  const int value = 100 + lane;
  int* row = out + lane * 8;
  row[0] = __shfl_sync(kFullWarp, value, 3);
  row[1] = __shfl_sync(kFullWarp, value, 3, 8);
  row[2] = __shfl_up_sync(kFullWarp, value, 1);
  row[3] = __shfl_up_sync(kFullWarp, value, 1, 16);
  row[4] = __shfl_down_sync(kFullWarp, value, 2);
  row[5] = __shfl_down_sync(kFullWarp, value, 2, 8);
  row[6] = __shfl_xor_sync(kFullWarp, value, 5);
  row[7] = __shfl_xor_sync(kFullWarp, value, 8, 8);
}

__global__ void shuffle_types_kernel(double* doubles, float* floats, long long* longs) {
  const int lane = static_cast<int>(threadIdx.x);
  doubles[lane] = __shfl_xor_sync(kFullWarp, lane * 0.1, 1);
  floats[lane] = __shfl_xor_sync(kFullWarp, static_cast<float>(lane) * 0.5f, 1);
  longs[lane] = __shfl_xor_sync(kFullWarp, (1LL << 40) + lane, 1);
}

__global__ void votes_kernel(int* out) {
  const int lane = static_cast<int>(threadIdx.x) % warpSize;
  const unsigned ballot = __ballot_sync(kFullWarp, lane % 2);
  const int any = __any_sync(kFullWarp, lane == 7);
  const int all = __all_sync(kFullWarp, lane < 31);
  const bool below = threadIdx.x < 40;
  const int count = __syncthreads_count(below);
  const int block_and = __syncthreads_and(below);
  const int block_or = __syncthreads_or(below);
  if (threadIdx.x != 63) return;
  out[0] = static_cast<int>(ballot);
  out[1] = any;
  out[2] = all;
  out[3] = count;
  out[4] = block_and;
  out[5] = block_or;
}

__global__ void half_warps_kernel(int* out) {
  const int lane = static_cast<int>(threadIdx.x);
  int value = lane;
  if (lane < 16) {
    for (int i = 0; i < 3; ++i) value = __shfl_sync(0x0000ffffu, value + 1, (lane + 1) % 16);
  } else {
    value = __shfl_sync(0xffff0000u, value, 16);
  }
  __syncwarp();
  out[lane] = value;
}

__global__ void atomics_kernel(AtomicResults* out) {
  const int index = static_cast<int>(global_thread());
  atomicAdd(&out->count, 1);
  atomicMax(&out->maximum, static_cast<unsigned>(index));
  atomicMin(&out->minimum, -index);
  atomicOr(&out->bits, 1u << index % 20);
  atomicAdd(&out->wide, 1ull << 33);
  if (atomicCAS(&out->last, 0, 1) == 0) atomicExch(&out->last, 2);
}

__global__ void last_block_sums_kernel(const int* in, int* partial, unsigned* finished, int* out) {
  __shared__ bool is_last;
  const int sum = block_sum(in[global_thread()]);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = sum;
    __threadfence();
    is_last = atomicAdd(finished, 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!is_last || threadIdx.x != 0) return;
  int total = 0;
  for (unsigned i = 0; i < gridDim.x; ++i) total += partial[i];
  *out = total;
}

__global__ void read_fresh_shared_kernel(int* from_static, int* from_dynamic) {
  __shared__ int fixed[32];
  int* dynamic = dynamic_shared<int>();
  from_static[global_thread()] = fixed[threadIdx.x];
  from_dynamic[global_thread()] = dynamic[threadIdx.x];
  fixed[threadIdx.x] = 7;
  dynamic[threadIdx.x] = 7;
}

__global__ void configured_kernel(int* out) { out[global_thread()] = 1; }

}  // namespace

void write_indices(Exec& exec, int* out, int blocks, int threads) {
  launch(exec, {blocks, threads}, write_indices_kernel, out);
}
void write_coordinates(Exec& exec, std::uint32_t* out) {
  launch(exec, {{2, 3, 2}, {3, 2, 4}}, write_coordinates_kernel, out);
}
void sum_blocks(Exec& exec, const float* in, float* out, int blocks, int threads) {
  launch(exec, {blocks, threads}, reduce_kernel<BlockSum>, in, out, BlockSum{});
}
void max_blocks(Exec& exec, const float* in, float* out, int blocks, int threads) {
  launch(exec, {blocks, threads}, reduce_kernel<BlockMax>, in, out, BlockMax{});
}
void reverse_static(Exec& exec, const int* in, int* out, int blocks) {
  launch(exec, {blocks, 64}, reverse_static_kernel<int>, in, out);
}
void reverse_dynamic(Exec& exec, const int* in, int* out, int blocks, int threads) {
  launch(exec, {blocks, threads, threads * sizeof(int)}, reverse_dynamic_kernel<int>, in, out);
}
void all_shuffles(Exec& exec, int* out) { launch(exec, {1, 32}, all_shuffles_kernel, out); }
void shuffle_types(Exec& exec, double* doubles, float* floats, long long* longs) {
  launch(exec, {1, 32}, shuffle_types_kernel, doubles, floats, longs);
}
void votes(Exec& exec, int* out) { launch(exec, {1, 64}, votes_kernel, out); }
void half_warps(Exec& exec, int* out) { launch(exec, {1, 32}, half_warps_kernel, out); }
void atomics(Exec& exec, AtomicResults* out, int blocks, int threads) {
  launch(exec, {blocks, threads}, atomics_kernel, out);
}
void last_block_sums(Exec& exec, const int* in, int* partial, unsigned* finished, int* out,
                     int blocks) {
  launch(exec, {blocks, 64}, last_block_sums_kernel, in, partial, finished, out);
}
void read_fresh_shared(Exec& exec, int* from_static, int* from_dynamic, int blocks) {
  launch(exec, {blocks, 32, 32 * sizeof(int)}, read_fresh_shared_kernel, from_static, from_dynamic);
}
void configured(Exec& exec, int* out, unsigned blocks, unsigned threads, std::size_t shared_bytes) {
  launch(exec, {blocks, threads, shared_bytes}, configured_kernel, out);
}

}  // namespace salix::testing
