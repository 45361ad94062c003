// What follows a convolution in inference, where the library does not fuse it.
#include "engine/cuda/launch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/common/pack.h"
#include "kernels/conv2d/conv2d_parts.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// One thread per pack of N channels: reads `sum` and `residual` and writes y once each.
// y may be `sum`, so these are not __restrict__.
template <typename T, int N>
__global__ void conv2d_epilogue_kernel(const T* sum, const T* bias, const T* residual, T* y,
                                       std::uint32_t packs, Divider packs_per_pixel, bool relu) {
  const std::uint32_t index = blockIdx.x * kFlatThreads + threadIdx.x;
  if (index >= packs) return;
  using Values = Pack<T, N>;
  const Values in = reinterpret_cast<const Values*>(sum)[index];
  float value[N];
  for (int k = 0; k < N; ++k) value[k] = static_cast<float>(in.value[k]);
  if (bias != nullptr) {
    std::uint32_t pixel = index;
    const Values add = reinterpret_cast<const Values*>(bias)[packs_per_pixel.peel(pixel)];
    for (int k = 0; k < N; ++k) value[k] += static_cast<float>(add.value[k]);
  }
  if (residual != nullptr) {
    const Values add = reinterpret_cast<const Values*>(residual)[index];
    for (int k = 0; k < N; ++k) value[k] += static_cast<float>(add.value[k]);
  }
  Values out;
  for (int k = 0; k < N; ++k) {
    // Written so that a NaN stays one.
    out.value[k] = static_cast<T>(relu && value[k] < 0.0f ? 0.0f : value[k]);
  }
  reinterpret_cast<Values*>(y)[index] = out;
}

}  // namespace

void conv2d_epilogue(Exec& exec, ConstView sum, ConstView bias, ConstView residual, View y,
                     bool relu) {
  visit_cuda_float("conv2d", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto run = [&](auto kernel, int width) {
      const std::int64_t packs = y.numel() / width;
      launch(exec, {flat_blocks("conv2d", packs), kFlatThreads}, kernel, sum.as<T>(),
             bias.empty() ? nullptr : bias.as<T>(), residual.empty() ? nullptr : residual.as<T>(),
             y.as<T>(), static_cast<std::uint32_t>(packs), Divider(y.dim(3) / width), relu);
    };
    if (packs_fit<T>(y.dim(3))) {
      run(conv2d_epilogue_kernel<T, kPackWidth<T>>, kPackWidth<T>);
    } else {
      run(conv2d_epilogue_kernel<T, 1>, 1);
    }
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
