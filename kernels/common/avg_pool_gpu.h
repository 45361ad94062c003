// Average pooling on the GPU for any kind of window; included by the ops' .cu files.
#pragma once

#include "engine/cuda/launch.h"
#include "engine/tensor_view.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"
#include "kernels/common/pool_grid.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

// One thread per output pixel and pack of N channels: overlapping windows meet in the L1
// cache, so memory sees x once and y once.
template <typename T, int N, typename Axis>
__global__ void avg_pool_kernel(const T* x, T* y, PoolGrid<Axis> grid) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  const PoolPixel at = grid.locate(thread);
  const PoolRange rows = grid.height.window(at.i), columns = grid.width.window(at.j);
  float sum[N] = {};
  for (int r = rows.begin; r < rows.end; ++r) {
    const T* pixel = x + grid.in_offset(at, r, columns.begin);
    for (int s = columns.begin; s < columns.end; ++s, pixel += grid.channels) {
      const Pack<T, N> in = *reinterpret_cast<const Pack<T, N>*>(pixel);
      for (int k = 0; k < N; ++k) sum[k] += static_cast<float>(in.value[k]);
    }
  }
  const float scale =
      1.0f / static_cast<float>(grid.height.divisor(at.i) * grid.width.divisor(at.j));
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) out.value[k] = static_cast<T>(sum[k] * scale);
  *reinterpret_cast<Pack<T, N>*>(y + static_cast<std::size_t>(thread) * N) = out;
}

// One thread per dx pixel and pack: it collects from the windows that contain the pixel, in
// a fixed order; scattering would need atomicAdd wherever windows overlap.
template <typename T, int N, typename Axis>
__global__ void avg_pool_backward_kernel(const T* dy, T* dx, PoolGrid<Axis> grid) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  const PoolPixel at = grid.locate(thread);
  const PoolRange rows = grid.height.readers(at.i), columns = grid.width.readers(at.j);
  float sum[N] = {};
  for (int r = rows.begin; r < rows.end; ++r) {
    for (int s = columns.begin; s < columns.end; ++s) {
      const float share = 1.0f / static_cast<float>(grid.height.divisor(r) * grid.width.divisor(s));
      const auto in = *reinterpret_cast<const Pack<T, N>*>(dy + grid.out_offset(at, r, s));
      for (int k = 0; k < N; ++k) sum[k] += share * static_cast<float>(in.value[k]);
    }
  }
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) out.value[k] = static_cast<T>(sum[k]);
  *reinterpret_cast<Pack<T, N>*>(dx + static_cast<std::size_t>(thread) * N) = out;
}

template <typename Axis>
void avg_pool(Exec& exec, ConstView x, View y, const Axis& height, const Axis& width) {
  visit_cuda_float("avg_pool", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int kWidth = kPackWidth<T>;
    const bool packed = packs_fit<T>(x.dim(3));
    const int pack = packed ? kWidth : 1;
    const auto kernel = packed ? avg_pool_kernel<T, kWidth, Axis> : avg_pool_kernel<T, 1, Axis>;
    launch(exec, {flat_blocks("avg_pool", y.numel() / pack), kFlatThreads}, kernel, x.as<T>(),
           y.as<T>(), PoolGrid<Axis>(height, width, y.shape, pack));
  });
}

template <typename Axis>
void avg_pool_backward(Exec& exec, ConstView dy, View dx, const Axis& height, const Axis& width) {
  visit_cuda_float("avg_pool_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int kWidth = kPackWidth<T>;
    const bool packed = packs_fit<T>(dx.dim(3));
    const int pack = packed ? kWidth : 1;
    const auto kernel =
        packed ? avg_pool_backward_kernel<T, kWidth, Axis> : avg_pool_backward_kernel<T, 1, Axis>;
    launch(exec, {flat_blocks("avg_pool_backward", dx.numel() / pack), kFlatThreads}, kernel,
           dy.as<T>(), dx.as<T>(), PoolGrid<Axis>(height, width, dx.shape, pack));
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
