// Kernels with a planted fault each, which the executor or a sanitizer must find.
#include <stdexcept>

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "tests/kernels/simt_cases/cases.h"

namespace salix::testing {
namespace {

__global__ void rotate_kernel(const int* in, int* out, bool with_barrier) {
  int* tile = dynamic_shared<int>();
  tile[threadIdx.x] = in[threadIdx.x];
  if (with_barrier) __syncthreads();  // without it, the neighbour may not have written yet
  out[threadIdx.x] = tile[(threadIdx.x + 1) % blockDim.x];
}

__global__ void write_past_the_end_kernel(int* out, int count) {
  const int i = static_cast<int>(threadIdx.x);
  if (i <= count) out[i] = i;  // the fault: <= for <
}

__global__ void write_past_dynamic_shared_kernel() { dynamic_shared<int>()[threadIdx.x + 1] = 1; }

__global__ void barrier_without_thread_0_kernel() {
  if (threadIdx.x == 0) return;
  __syncthreads();
}

__global__ void two_barriers_kernel() {
  if (threadIdx.x % 2 == 0) {
    __syncthreads();
  } else {
    __syncthreads();
  }
}

__global__ void shuffle_without_lane_5_kernel() {
  if (threadIdx.x == 5) {
    __syncthreads();
  } else {
    __shfl_sync(kFullWarp, 1.0f, 0);
    __syncthreads();
  }
}

__global__ void shuffle_outside_mask_kernel() { __shfl_sync(0x0000ffffu, 1, 0); }

__global__ void throws_in_thread_7_kernel() {
  if (threadIdx.x == 7) throw std::runtime_error("the plants need water");
}

struct CountsDestruction {
  int* count;
  ~CountsDestruction() { ++*count; }
};

__global__ void throws_while_others_wait_kernel(int* destroyed) {
  const CountsDestruction guard{destroyed};
  if (threadIdx.x == 63) throw std::runtime_error("stop");
  __syncthreads();
}

constexpr int kBound = 64;
__global__ void __launch_bounds__(kBound) bounded_kernel(int* out) { out[threadIdx.x] = 1; }
template <typename T, int kThreads>
__global__ void __launch_bounds__(kThreads, 2) bounded_template_kernel(T* out) {
  out[threadIdx.x] = 1;
}

__global__ void inner_kernel(int* out) { *out = 1; }
__global__ void launches_a_kernel_kernel(Exec* exec, int* out) {
  launch(*exec, {1, 1}, inner_kernel, out);
}

}  // namespace

void rotate(Exec& exec, const int* in, int* out, int threads, bool with_barrier) {
  launch(exec, {1, threads, threads * sizeof(int)}, rotate_kernel, in, out, with_barrier);
}
void write_past_the_end(Exec& exec, int* out, int count) {
  launch(exec, {1, count + 1}, write_past_the_end_kernel, out, count);
}
void write_past_dynamic_shared(Exec& exec, int threads) {
  launch(exec, {1, threads, threads * sizeof(int)}, write_past_dynamic_shared_kernel);
}
void barrier_without_thread_0(Exec& exec, int threads) {
  launch(exec, {1, threads}, barrier_without_thread_0_kernel);
}
void two_barriers(Exec& exec, int threads) { launch(exec, {1, threads}, two_barriers_kernel); }
void shuffle_without_lane_5(Exec& exec) { launch(exec, {1, 64}, shuffle_without_lane_5_kernel); }
void shuffle_outside_mask(Exec& exec) { launch(exec, {1, 32}, shuffle_outside_mask_kernel); }
void throws_in_thread_7(Exec& exec) { launch(exec, {1, 32}, throws_in_thread_7_kernel); }
void throws_while_others_wait(Exec& exec, int* destroyed) {
  launch(exec, {1, 64}, throws_while_others_wait_kernel, destroyed);
}
void bounded(Exec& exec, int* out, int threads) { launch(exec, {1, threads}, bounded_kernel, out); }
void bounded_template(Exec& exec, int* out, int threads) {
  launch(exec, {1, threads}, bounded_template_kernel<int, kBound>, out);
}
void launches_a_kernel(Exec& exec, int* out) {
  launch(exec, {1, 1}, launches_a_kernel_kernel, &exec, out);
}

}  // namespace salix::testing
