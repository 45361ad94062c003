#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/full_precision.h"
#include "kernels/not_finite/not_finite.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;

// One block, because what is asked about is a loss or a few of them. Threads that find something
// all write the same value.
template <typename T>
__global__ void mark_not_finite_kernel(const T* values, std::int64_t count, float* flag) {
  for (std::int64_t i = global_thread(); i < count; i += blockDim.x) {
    const T value = values[i];
    if (!(value - value == T(0))) *flag = 1.0f;  // infinity less itself is no number either
  }
}

}  // namespace

void mark_not_finite(Exec& exec, ConstView values, View flag) {
  visit_full_precision("mark_not_finite", values.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(exec, {1, kThreads}, mark_not_finite_kernel<T>, values.as<T>(), values.numel(),
           flag.as<float>());
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
