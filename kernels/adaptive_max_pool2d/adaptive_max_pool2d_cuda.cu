#include "kernels/adaptive_max_pool2d/adaptive_max_pool2d.h"
#include "kernels/common/max_pool_gpu.h"
#include "kernels/common/reduce_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

template <typename T>
struct MaxSink {
  T* y;
  std::int32_t* index;  // nullptr: not wanted
  __device__ void store(long long at, MaxReducer::State best) const {
    y[at] = static_cast<T>(best.value);
    if (index != nullptr) index[at] = best.position;
  }
};

// The maximum over whole maps. One thread per output would leave the GPU idle, so this is a
// reduction of [N, H W, C] that many blocks share.
template <typename T, int N>
void global_max(Exec& exec, ConstView x, View y, View index) {
  const MaxSink<T> sink{y.as<T>(), static_cast<std::int32_t*>(index.data)};
  reduce_gpu<MaxReducer>(exec, TensorSource<MaxReducer, T, N>{x.as<T>()}, sink,
                         {x.dim(0), x.dim(1) * x.dim(2), x.dim(3)});
}

}  // namespace

void adaptive_max_pool2d(Exec& exec, ConstView x, View y, View index) {
  if (y.dim(1) > 1 || y.dim(2) > 1) {
    return max_pool(exec, x, y, index, adaptive_pool_axis(x.dim(1), y.dim(1)),
                    adaptive_pool_axis(x.dim(2), y.dim(2)));
  }
  visit_cuda_float("adaptive_max_pool2d", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t run = x.dim(3) > 1 ? x.dim(3) : x.dim(1) * x.dim(2);
    if (packs_fit<T>(run)) {
      global_max<T, kPackWidth<T>>(exec, x, y, index);
    } else {
      global_max<T, 1>(exec, x, y, index);
    }
  });
}

void adaptive_max_pool2d_backward(Exec& exec, ConstView dy, ConstView index, View dx) {
  max_pool_backward(exec, dy, index, dx, adaptive_pool_axis(dx.dim(1), dy.dim(1)),
                    adaptive_pool_axis(dx.dim(2), dy.dim(2)));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
