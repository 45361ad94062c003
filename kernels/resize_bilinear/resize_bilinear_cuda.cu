#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"
#include "kernels/resize_bilinear/resize_bilinear.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

// One thread per pixel and pack of N channels: neighbouring threads read neighbouring
// 16 bytes, and the four source pixels of a pixel are shared through the L1 cache.
template <typename T, int N>
__global__ void resize_bilinear_kernel(const T* x, T* y, std::int64_t packs, int channels,
                                       ResizeAxis<float> height, ResizeAxis<float> width) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index >= packs) return;
  const int packs_per_pixel = channels / N;
  const int c = static_cast<int>(index % packs_per_pixel) * N;
  const std::int64_t pixel = index / packs_per_pixel;
  const int j = static_cast<int>(pixel % width.out_size);
  const int i = static_cast<int>(pixel / width.out_size % height.out_size);
  const std::int64_t image = pixel / width.out_size / height.out_size;
  const BilinearTap<float> row = bilinear_tap(height, i);
  const BilinearTap<float> column = bilinear_tap(width, j);
  const T* x_image = x + image * height.in_size * width.in_size * channels + c;
  const auto read = [&](int ii, int jj) {
    return *reinterpret_cast<const Pack<T, N>*>(x_image +
                                                (std::int64_t{ii} * width.in_size + jj) * channels);
  };
  const Pack<T, N> x00 = read(row.lo, column.lo), x01 = read(row.lo, column.hi);
  const Pack<T, N> x10 = read(row.hi, column.lo), x11 = read(row.hi, column.hi);
  const float w00 = (1.0f - row.weight_hi) * (1.0f - column.weight_hi);
  const float w01 = (1.0f - row.weight_hi) * column.weight_hi;
  const float w10 = row.weight_hi * (1.0f - column.weight_hi);
  const float w11 = row.weight_hi * column.weight_hi;
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) {
    out.value[k] = static_cast<T>(
        w00 * static_cast<float>(x00.value[k]) + w01 * static_cast<float>(x01.value[k]) +
        w10 * static_cast<float>(x10.value[k]) + w11 * static_cast<float>(x11.value[k]));
  }
  *reinterpret_cast<Pack<T, N>*>(y + index * N) = out;
}

// One thread per dx pixel and pack. It adds up the dy elements that read it, in a fixed
// order. Scattering from dy would need atomicAdd, and the sum would then change from
// run to run.
template <typename T, int N>
__global__ void resize_bilinear_backward_kernel(const T* dy, T* dx, std::int64_t packs,
                                                int channels, ResizeAxis<float> height,
                                                ResizeAxis<float> width) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index >= packs) return;
  const int packs_per_pixel = channels / N;
  const int c = static_cast<int>(index % packs_per_pixel) * N;
  const std::int64_t pixel = index / packs_per_pixel;
  const int j = static_cast<int>(pixel % width.in_size);
  const int i = static_cast<int>(pixel / width.in_size % height.in_size);
  const std::int64_t image = pixel / width.in_size / height.in_size;
  const T* dy_image = dy + image * height.out_size * width.out_size * channels + c;
  const ReaderRange rows = bilinear_readers(height, i);
  const ReaderRange columns = bilinear_readers(width, j);
  float sum[N] = {};
  for (int r = rows.begin; r < rows.end; ++r) {
    const float row_weight = bilinear_weight(height, r, i);
    if (row_weight == 0.0f) continue;
    for (int s = columns.begin; s < columns.end; ++s) {
      const float weight = row_weight * bilinear_weight(width, s, j);
      if (weight == 0.0f) continue;
      const Pack<T, N> in = *reinterpret_cast<const Pack<T, N>*>(
          dy_image + (std::int64_t{r} * width.out_size + s) * channels);
      for (int k = 0; k < N; ++k) sum[k] += weight * static_cast<float>(in.value[k]);
    }
  }
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) out.value[k] = static_cast<T>(sum[k]);
  *reinterpret_cast<Pack<T, N>*>(dx + index * N) = out;
}

unsigned blocks_for(std::int64_t threads) {
  return static_cast<unsigned>((threads + kThreadsPerBlock - 1) / kThreadsPerBlock);
}

}  // namespace

void resize_bilinear(Exec& exec, ConstView x, View y, ResizeBilinearParams params) {
  const auto height = resize_axis<float>(x.dim(1), y.dim(1), params.align_corners);
  const auto width = resize_axis<float>(x.dim(2), y.dim(2), params.align_corners);
  const int channels = static_cast<int>(x.dim(3));
  visit_cuda_float("resize_bilinear", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const bool packed = packs_fit<T>(channels);
    const auto kernel =
        packed ? resize_bilinear_kernel<T, kPackWidth<T>> : resize_bilinear_kernel<T, 1>;
    const std::int64_t packs = y.numel() / (packed ? kPackWidth<T> : 1);
    launch(exec, {blocks_for(packs), kThreadsPerBlock}, kernel, x.as<T>(), y.as<T>(), packs,
           channels, height, width);
  });
}

void resize_bilinear_backward(Exec& exec, ConstView dy, View dx, ResizeBilinearParams params) {
  const auto height = resize_axis<float>(dx.dim(1), dy.dim(1), params.align_corners);
  const auto width = resize_axis<float>(dx.dim(2), dy.dim(2), params.align_corners);
  const int channels = static_cast<int>(dx.dim(3));
  visit_cuda_float("resize_bilinear_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const bool packed = packs_fit<T>(channels);
    const auto kernel = packed ? resize_bilinear_backward_kernel<T, kPackWidth<T>>
                               : resize_bilinear_backward_kernel<T, 1>;
    const std::int64_t packs = dx.numel() / (packed ? kPackWidth<T> : 1);
    launch(exec, {blocks_for(packs), kThreadsPerBlock}, kernel, dy.as<T>(), dx.as<T>(), packs,
           channels, height, width);
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
