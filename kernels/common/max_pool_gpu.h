// Max pooling on the GPU for any kind of window; included by the ops' .cu files.
#pragma once

#include "engine/cuda/launch.h"
#include "engine/tensor_view.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"
#include "kernels/common/pool_grid.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

// One thread per output pixel and pack of N channels. Overlapping windows read a pixel
// again from the L1 cache, not from memory: traffic is x once, y and index once.
template <typename T, int N, typename Axis>
__global__ void max_pool_kernel(const T* x, T* y, std::int32_t* index, PoolGrid<Axis> grid) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  const PoolPixel at = grid.locate(thread);
  const PoolRange rows = grid.height.window(at.i), columns = grid.width.window(at.j);
  float best[N];
  Pack<std::int32_t, N> where;
  for (int k = 0; k < N; ++k) best[k] = -INFINITY, where.value[k] = 0;
  int position = 0;
  for (int r = rows.begin; r < rows.end; ++r) {
    const T* pixel = x + grid.in_offset(at, r, columns.begin);
    for (int s = columns.begin; s < columns.end; ++s, ++position, pixel += grid.channels) {
      const Pack<T, N> in = *reinterpret_cast<const Pack<T, N>*>(pixel);
      for (int k = 0; k < N; ++k) {
        const float value = static_cast<float>(in.value[k]);
        const bool wins = beats(value, best[k]);
        best[k] = wins ? value : best[k];
        where.value[k] = wins ? position : where.value[k];
      }
    }
  }
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) out.value[k] = static_cast<T>(best[k]);
  const std::size_t first = static_cast<std::size_t>(thread) * N;
  *reinterpret_cast<Pack<T, N>*>(y + first) = out;
  if (index != nullptr) *reinterpret_cast<Pack<std::int32_t, N>*>(index + first) = where;
}

// One thread per dx pixel and pack: it visits the windows that contain the pixel in a fixed
// order. Scattering from dy would need atomicAdd wherever windows overlap.
template <typename T, int N, typename Axis>
__global__ void max_pool_backward_kernel(const T* dy, const std::int32_t* index, T* dx,
                                         PoolGrid<Axis> grid) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  const PoolPixel at = grid.locate(thread);
  const PoolRange rows = grid.height.readers(at.i), columns = grid.width.readers(at.j);
  float sum[N] = {};
  for (int r = rows.begin; r < rows.end; ++r) {
    const int window_row = at.i - grid.height.window(r).begin;
    for (int s = columns.begin; s < columns.end; ++s) {
      const PoolRange window = grid.width.window(s);
      const int position = window_row * window.size() + at.j - window.begin;
      const long long offset = grid.out_offset(at, r, s);
      const auto chosen = *reinterpret_cast<const Pack<std::int32_t, N>*>(index + offset);
      const auto grad = *reinterpret_cast<const Pack<T, N>*>(dy + offset);
      for (int k = 0; k < N; ++k) {
        sum[k] += chosen.value[k] == position ? static_cast<float>(grad.value[k]) : 0.0f;
      }
    }
  }
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) out.value[k] = static_cast<T>(sum[k]);
  *reinterpret_cast<Pack<T, N>*>(dx + static_cast<std::size_t>(thread) * N) = out;
}

template <typename T, int N, typename Axis>
void launch_max_pool(Exec& exec, ConstView x, View y, View index, const Axis& height,
                     const Axis& width) {
  const unsigned blocks = flat_blocks("max_pool", y.numel() / N);
  launch(exec, {blocks, kFlatThreads}, max_pool_kernel<T, N, Axis>, x.as<T>(), y.as<T>(),
         static_cast<std::int32_t*>(index.data), PoolGrid<Axis>(height, width, y.shape, N));
}

template <typename T, int N, typename Axis>
void launch_max_pool_backward(Exec& exec, ConstView dy, ConstView index, View dx,
                              const Axis& height, const Axis& width) {
  const unsigned blocks = flat_blocks("max_pool_backward", dx.numel() / N);
  launch(exec, {blocks, kFlatThreads}, max_pool_backward_kernel<T, N, Axis>, dy.as<T>(),
         index.as<std::int32_t>(), dx.as<T>(), PoolGrid<Axis>(height, width, dx.shape, N));
}

template <typename Axis>
void max_pool(Exec& exec, ConstView x, View y, View index, const Axis& height, const Axis& width) {
  visit_cuda_float("max_pool", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (packs_fit<T>(x.dim(3))) {
      launch_max_pool<T, kPackWidth<T>>(exec, x, y, index, height, width);
    } else {
      launch_max_pool<T, 1>(exec, x, y, index, height, width);
    }
  });
}

template <typename Axis>
void max_pool_backward(Exec& exec, ConstView dy, ConstView index, View dx, const Axis& height,
                       const Axis& width) {
  visit_cuda_float("max_pool_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (packs_fit<T>(dx.dim(3))) {
      launch_max_pool_backward<T, kPackWidth<T>>(exec, dy, index, dx, height, width);
    } else {
      launch_max_pool_backward<T, 1>(exec, dy, index, dx, height, width);
    }
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
