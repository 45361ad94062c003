#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

// Memory-bound: each byte moves once, in 16-byte accesses of neighbouring threads, and
// with one pack per thread the scheduler has every resident warp's load in flight. The
// last pack may be partial; its thread goes element by element.
template <typename T, typename Formula>
__global__ void unary_kernel(const T* x, T* y, std::int64_t count, Formula formula) {
  constexpr int kWidth = kPackWidth<T>;
  const std::int64_t first = global_thread() * kWidth;
  if (first + kWidth <= count) {
    const auto in = *reinterpret_cast<const Pack<T, kWidth>*>(x + first);
    Pack<T, kWidth> out;
    for (int k = 0; k < kWidth; ++k) {
      out.value[k] = static_cast<T>(formula.value(static_cast<float>(in.value[k])));
    }
    *reinterpret_cast<Pack<T, kWidth>*>(y + first) = out;
    return;
  }
  for (std::int64_t i = first; i < count; ++i) {
    y[i] = static_cast<T>(formula.value(static_cast<float>(x[i])));
  }
}

// The same walk over two inputs. A formula that ignores `saved` has its loads removed by
// the compiler.
template <typename T, typename Formula>
__global__ void unary_backward_kernel(const T* saved, const T* dy, T* dx, std::int64_t count,
                                      Formula formula) {
  constexpr int kWidth = kPackWidth<T>;
  const std::int64_t first = global_thread() * kWidth;
  if (first + kWidth <= count) {
    const auto kept = *reinterpret_cast<const Pack<T, kWidth>*>(saved + first);
    const auto in = *reinterpret_cast<const Pack<T, kWidth>*>(dy + first);
    Pack<T, kWidth> out;
    for (int k = 0; k < kWidth; ++k) {
      out.value[k] = static_cast<T>(
          formula.gradient(static_cast<float>(kept.value[k]), static_cast<float>(in.value[k])));
    }
    *reinterpret_cast<Pack<T, kWidth>*>(dx + first) = out;
    return;
  }
  for (std::int64_t i = first; i < count; ++i) {
    dx[i] =
        static_cast<T>(formula.gradient(static_cast<float>(saved[i]), static_cast<float>(dy[i])));
  }
}

}  // namespace

void unary(Exec& exec, UnaryOp op, ConstView x, View y, UnaryParams params) {
  visit_cuda_float("unary", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_unary<float>(op, params, [&](auto formula) {
      launch(exec, {blocks_for(x.numel(), kThreadsPerBlock * kPackWidth<T>), kThreadsPerBlock},
             unary_kernel<T, decltype(formula)>, x.as<T>(), y.as<T>(), x.numel(), formula);
    });
  });
}

void unary_backward(Exec& exec, UnaryOp op, ConstView saved, ConstView dy, View dx,
                    UnaryParams params) {
  visit_cuda_float("unary_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_unary<float>(op, params, [&](auto formula) {
      launch(exec, {blocks_for(dy.numel(), kThreadsPerBlock * kPackWidth<T>), kThreadsPerBlock},
             unary_backward_kernel<T, decltype(formula)>, saved.as<T>(), dy.as<T>(), dx.as<T>(),
             dy.numel(), formula);
    });
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
