#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"
#include "kernels/where/where.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

// Memory-bound: one 16-byte pack per thread, each byte moved once. Both sides are read even
// where one would do: a mask is seldom constant over a whole 32-byte sector.
template <typename T, int N>
__global__ void where_kernel(const T* mask, const T* a, const T* b, T* y, std::int64_t packs) {
  const std::int64_t pack = global_thread();
  if (pack >= packs) return;
  const auto m = *reinterpret_cast<const Pack<T, N>*>(mask + pack * N);
  const auto yes = *reinterpret_cast<const Pack<T, N>*>(a + pack * N);
  const auto no = *reinterpret_cast<const Pack<T, N>*>(b + pack * N);
  Pack<T, N> out;
  for (int k = 0; k < N; ++k) {
    out.value[k] = static_cast<float>(m.value[k]) != 0.0f ? yes.value[k] : no.value[k];
  }
  *reinterpret_cast<Pack<T, N>*>(y + pack * N) = out;
}

// Both gradients from one read of dy; nullptr is not wanted.
template <typename T, int N>
__global__ void where_backward_kernel(const T* mask, const T* dy, T* da, T* db,
                                      std::int64_t packs) {
  const std::int64_t pack = global_thread();
  if (pack >= packs) return;
  const auto m = *reinterpret_cast<const Pack<T, N>*>(mask + pack * N);
  const auto g = *reinterpret_cast<const Pack<T, N>*>(dy + pack * N);
  Pack<T, N> to_a, to_b;
  for (int k = 0; k < N; ++k) {
    const bool yes = static_cast<float>(m.value[k]) != 0.0f;
    to_a.value[k] = yes ? g.value[k] : T(0.0f);
    to_b.value[k] = yes ? T(0.0f) : g.value[k];
  }
  if (da != nullptr) *reinterpret_cast<Pack<T, N>*>(da + pack * N) = to_a;
  if (db != nullptr) *reinterpret_cast<Pack<T, N>*>(db + pack * N) = to_b;
}

}  // namespace

void where(Exec& exec, ConstView mask, ConstView a, ConstView b, View y) {
  visit_cuda_float("where", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const bool packed = packs_fit<T>(y.numel());
    const auto kernel = packed ? where_kernel<T, kPackWidth<T>> : where_kernel<T, 1>;
    const std::int64_t packs = y.numel() / (packed ? kPackWidth<T> : 1);
    launch(exec, {blocks_for(packs, kThreadsPerBlock), kThreadsPerBlock}, kernel, mask.as<T>(),
           a.as<T>(), b.as<T>(), y.as<T>(), packs);
  });
}

void where_backward(Exec& exec, ConstView mask, ConstView dy, View da, View db) {
  visit_cuda_float("where_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const bool packed = packs_fit<T>(dy.numel());
    const auto kernel =
        packed ? where_backward_kernel<T, kPackWidth<T>> : where_backward_kernel<T, 1>;
    const std::int64_t packs = dy.numel() / (packed ? kPackWidth<T> : 1);
    launch(exec, {blocks_for(packs, kThreadsPerBlock), kThreadsPerBlock}, kernel, mask.as<T>(),
           dy.as<T>(), da.empty() ? nullptr : da.as<T>(), db.empty() ? nullptr : db.as<T>(), packs);
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
