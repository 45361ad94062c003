#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"
#include "kernels/dropout/dropout.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;
// Elements per thread: one Philox block. 16-byte access for float32, 8-byte for bfloat16,
// where drawing two blocks per thread would only lengthen the arithmetic between accesses.
constexpr int kDraws = 4;

__device__ inline float drawn(float x, std::uint32_t bits, float p, float scale) {
  return dropout_keeps(bits, p) ? x * scale : dropped(x);
}

// Memory-bound: 10 rounds of Philox are some 60 integer instructions per 4 elements.
template <typename T>
__global__ void dropout_kernel(const T* x, T* y, std::int64_t count, DropoutParams params,
                               float scale) {
  const std::int64_t block = global_thread();
  const std::int64_t first = block * kDraws;
  if (first >= count) return;
  const PhiloxBlock bits = dropout_bits(params.key, static_cast<std::uint64_t>(block));
  if (first + kDraws > count) {  // the last, incomplete pack
    for (int k = 0; k < static_cast<int>(count - first); ++k) {
      y[first + k] =
          static_cast<T>(drawn(static_cast<float>(x[first + k]), bits.word[k], params.p, scale));
    }
    return;
  }
  const Pack<T, kDraws> in = *reinterpret_cast<const Pack<T, kDraws>*>(x + first);
  Pack<T, kDraws> out;
  for (int k = 0; k < kDraws; ++k) {
    out.value[k] =
        static_cast<T>(drawn(static_cast<float>(in.value[k]), bits.word[k], params.p, scale));
  }
  *reinterpret_cast<Pack<T, kDraws>*>(y + first) = out;
}

// One thread per pack of a sample; each draws its sample's number again, which is cheaper
// than a second launch.
template <typename T, int N>
__global__ void drop_path_kernel(const T* x, T* y, std::int64_t packs,
                                 std::int64_t packs_per_sample, DropoutParams params, float scale) {
  const std::int64_t index = global_thread();
  if (index >= packs) return;
  const std::uint32_t bits =
      philox_bits(params.key, static_cast<std::uint64_t>(index / packs_per_sample));
  const Pack<T, N> in = *reinterpret_cast<const Pack<T, N>*>(x + index * N);
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) {
    out.value[k] = static_cast<T>(drawn(static_cast<float>(in.value[k]), bits, params.p, scale));
  }
  *reinterpret_cast<Pack<T, N>*>(y + index * N) = out;
}

}  // namespace

void dropout(Exec& exec, ConstView x, View y, const DropoutParams& params) {
  visit_cuda_float("dropout", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t threads = (x.numel() + kDraws - 1) / kDraws;
    launch(exec, {blocks_for(threads, kThreadsPerBlock), kThreadsPerBlock}, dropout_kernel<T>,
           x.as<T>(), y.as<T>(), x.numel(), params, dropout_scale(params.p));
  });
}

void drop_path(Exec& exec, ConstView x, View y, const DropoutParams& params) {
  visit_cuda_float("drop_path", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t sample_size = x.numel() / x.dim(0);
    const bool packed = packs_fit<T>(sample_size);
    const auto kernel = packed ? drop_path_kernel<T, kPackWidth<T>> : drop_path_kernel<T, 1>;
    const int width = packed ? kPackWidth<T> : 1;
    const std::int64_t packs = x.numel() / width;
    launch(exec, {blocks_for(packs, kThreadsPerBlock), kThreadsPerBlock}, kernel, x.as<T>(),
           y.as<T>(), packs, sample_size / width, params, dropout_scale(params.p));
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
