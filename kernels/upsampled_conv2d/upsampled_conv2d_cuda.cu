#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/upsampled_conv2d/upsampled_conv2d.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

// In all four kernels neighbouring threads take neighbouring channels, so every access is
// coalesced; each thread gathers, in a fixed order, into its one output element. Going
// through z (columns, then rows) makes 2K reads per element and step instead of 4 K^2.

// z(n,p,r,j,o): the column step. One thread per z element.
template <typename T>
__global__ void columns_forward_kernel(const T* t, float* z, std::int64_t count,
                                       UpsampleGeometry<float> g) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index >= count) return;
  const int o = static_cast<int>(index % g.channels);
  const int j = static_cast<int>(index / g.channels % g.width.out_size);
  const std::int64_t line = index / g.channels / g.width.out_size;  // (n,p,r)
  const int r = static_cast<int>(line % g.kernel);
  const std::int64_t stride = std::int64_t{g.kernel} * g.kernel * g.channels;
  const T* t_row = t + line / g.kernel * g.width.in_size * stride;
  float sum = 0;
  for (int s = 0; s < g.kernel; ++s) {
    const int column = j + s - g.kernel / 2;
    if (column < 0 || column >= g.width.out_size) continue;
    const BilinearTap<float> tap = bilinear_tap(g.width, column);
    const T* source = t_row + std::int64_t{r * g.kernel + s} * g.channels + o;
    sum += (1.0f - tap.weight_hi) * static_cast<float>(source[tap.lo * stride]);
    sum += tap.weight_hi * static_cast<float>(source[tap.hi * stride]);
  }
  z[index] = sum;
}

// y(n,i,j,o): the row step. One thread per y element.
template <typename T>
__global__ void rows_forward_kernel(const float* z, const T* bias, T* y, std::int64_t count,
                                    UpsampleGeometry<float> g, bool accumulate) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index >= count) return;
  const std::int64_t row = std::int64_t{g.width.out_size} * g.channels;
  const std::int64_t in_row = index % row;
  const int i = static_cast<int>(index / row % g.height.out_size);
  const std::int64_t image = index / row / g.height.out_size;
  const float* z_image = z + image * g.height.in_size * g.kernel * row + in_row;
  float sum = 0.0f;
  if (accumulate) {
    sum = static_cast<float>(y[index]);
  } else if (bias != nullptr) {
    sum = static_cast<float>(bias[index % g.channels]);
  }
  for (int r = 0; r < g.kernel; ++r) {
    const int line = i + r - g.kernel / 2;
    if (line < 0 || line >= g.height.out_size) continue;
    const BilinearTap<float> tap = bilinear_tap(g.height, line);
    sum += (1.0f - tap.weight_hi) * z_image[(std::int64_t{tap.lo} * g.kernel + r) * row];
    sum += tap.weight_hi * z_image[(std::int64_t{tap.hi} * g.kernel + r) * row];
  }
  y[index] = static_cast<T>(sum);
}

// dz(n,p,r,j,o): the adjoint of the row step.
template <typename T>
__global__ void rows_backward_kernel(const T* dy, float* dz, std::int64_t count,
                                     UpsampleGeometry<float> g) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index >= count) return;
  const std::int64_t row = std::int64_t{g.width.out_size} * g.channels;
  const std::int64_t line_index = index / row;
  const int r = static_cast<int>(line_index % g.kernel);
  const int p = static_cast<int>(line_index / g.kernel % g.height.in_size);
  const std::int64_t image = line_index / g.kernel / g.height.in_size;
  const T* dy_image = dy + image * g.height.out_size * row + index % row;
  const ReaderRange readers = bilinear_readers(g.height, p);
  float sum = 0;
  for (int line = readers.begin; line < readers.end; ++line) {
    const int i = line - r + g.kernel / 2;
    if (i < 0 || i >= g.height.out_size) continue;
    sum += bilinear_weight(g.height, line, p) * static_cast<float>(dy_image[i * row]);
  }
  dz[index] = sum;
}

// dt(n,p,q,(r,s,o)): the adjoint of the column step.
template <typename T>
__global__ void columns_backward_kernel(const float* dz, T* dt, std::int64_t count,
                                        UpsampleGeometry<float> g) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index >= count) return;
  const int taps = g.kernel * g.kernel;
  const int o = static_cast<int>(index % g.channels);
  const int tap = static_cast<int>(index / g.channels % taps);
  const int r = tap / g.kernel, s = tap % g.kernel;
  const std::int64_t pixel = index / g.channels / taps;
  const int q = static_cast<int>(pixel % g.width.in_size);
  const float* dz_row =
      dz + (pixel / g.width.in_size * g.kernel + r) * g.width.out_size * g.channels + o;
  const ReaderRange readers = bilinear_readers(g.width, q);
  float sum = 0;
  for (int column = readers.begin; column < readers.end; ++column) {
    const int j = column - s + g.kernel / 2;
    if (j < 0 || j >= g.width.out_size) continue;
    sum += bilinear_weight(g.width, column, q) * dz_row[std::int64_t{j} * g.channels];
  }
  dt[index] = static_cast<T>(sum);
}

LaunchConfig one_thread_each(std::int64_t count) {
  return {dim3(static_cast<unsigned>((count + kThreadsPerBlock - 1) / kThreadsPerBlock)),
          dim3(kThreadsPerBlock)};
}

std::int64_t z_count(const UpsampleGeometry<float>& g) {
  return g.images * g.height.in_size * g.kernel * g.width.out_size * g.channels;
}

}  // namespace

void upsample_taps(Exec& exec, ConstView t, ConstView bias, View y, UpsampleTapsParams params) {
  const auto g = upsample_geometry<float>(t, y, params);
  const Scratch z(exec, static_cast<std::size_t>(z_count(g)) * sizeof(float));
  visit_cuda_float("upsample_taps", t.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(exec, one_thread_each(z_count(g)), columns_forward_kernel<T>, t.as<T>(), z.as<float>(),
           z_count(g), g);
    launch(exec, one_thread_each(y.numel()), rows_forward_kernel<T>, z.as<float>(),
           bias.empty() ? nullptr : bias.as<T>(), y.as<T>(), y.numel(), g, params.accumulate);
  });
}

void upsample_taps_backward(Exec& exec, ConstView dy, View dt, UpsampleTapsParams params) {
  const auto g = upsample_geometry<float>(dt, dy, params);
  const Scratch dz(exec, static_cast<std::size_t>(z_count(g)) * sizeof(float));
  visit_cuda_float("upsample_taps_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(exec, one_thread_each(z_count(g)), rows_backward_kernel<T>, dy.as<T>(), dz.as<float>(),
           z_count(g), g);
    launch(exec, one_thread_each(dt.numel()), columns_backward_kernel<T>, dz.as<float>(),
           dt.as<T>(), dt.numel(), g);
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
