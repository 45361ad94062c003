#include "kernels/argmax/argmax.h"
#include "kernels/common/reduce_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

struct PositionSink {
  std::int32_t* y;
  __device__ void store(long long index, MaxReducer::State best) const { y[index] = best.position; }
};

}  // namespace

// A row reduction: part of a warp per row, or blocks where rows are long; 16-byte reads.
void argmax(Exec& exec, ConstView x, View y) {
  visit_cuda_float("argmax", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Shape shape{y.numel(), x.dim(-1), 1};
    const PositionSink sink{y.as<std::int32_t>()};
    if (packs_fit<T>(x.dim(-1))) {
      constexpr int N = kPackWidth<T>;
      reduce_gpu<MaxReducer>(exec, TensorSource<MaxReducer, T, N>{x.as<T>()}, sink, shape);
    } else {
      reduce_gpu<MaxReducer>(exec, TensorSource<MaxReducer, T, 1>{x.as<T>()}, sink, shape);
    }
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
