#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/common/reduce_gpu.h"
#include "kernels/reduce/reduce_steps.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

template <typename T>
struct ScaledSink {
  T* y;
  float scale;
  __device__ void store(long long index, float sum) const {
    y[index] = static_cast<T>(sum * scale);
  }
};

// The groups of axes of dx, the last one first, and dy's stride along each (0: dy stands still).
struct BroadcastGrid {
  int groups = 0;
  Divider sizes[Shape::kMaxRank];
  long long strides[Shape::kMaxRank];
  unsigned threads;
  float scale;
};

// One thread per pack of dx, so that the larger side is written in whole lines. dy is
// small, or is read along the packs too.
template <typename T, int N>
__global__ void broadcast_kernel(const T* dy, T* dx, BroadcastGrid grid) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  unsigned rest = thread;
  // The first group is counted in packs; its stride is 1 or 0.
  long long offset = static_cast<long long>(grid.sizes[0].peel(rest)) * N * grid.strides[0];
  for (int g = 1; g < grid.groups; ++g) offset += grid.sizes[g].peel(rest) * grid.strides[g];
  Pack<T, N> out;
  if (grid.strides[0] == 0) {
    const T value = static_cast<T>(static_cast<float>(dy[offset]) * grid.scale);
    for (int k = 0; k < N; ++k) out.value[k] = value;
  } else {
    const Pack<T, N> in = *reinterpret_cast<const Pack<T, N>*>(dy + offset);
    for (int k = 0; k < N; ++k) {
      out.value[k] = static_cast<T>(static_cast<float>(in.value[k]) * grid.scale);
    }
  }
  *reinterpret_cast<Pack<T, N>*>(dx + static_cast<std::size_t>(thread) * N) = out;
}

template <typename T, int N>
void broadcast(Exec& exec, const T* dy, T* dx, const std::vector<AxisGroup>& groups, double scale) {
  BroadcastGrid grid;
  long long stride = 1, numel = 1;
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    grid.sizes[grid.groups] = Divider(grid.groups == 0 ? group->size / N : group->size);
    grid.strides[grid.groups++] = group->summed ? 0 : stride;
    if (!group->summed) stride *= group->size;
    numel *= group->size;
  }
  grid.threads = static_cast<unsigned>(numel / N);
  grid.scale = static_cast<float>(scale);
  launch(exec, {flat_blocks("reduce_backward", numel / N), kFlatThreads}, broadcast_kernel<T, N>,
         dy, dx, grid);
}

}  // namespace

void reduce_step(Exec& exec, ConstView x, View y, double scale) {
  visit_cuda_float("reduce", x.dtype, [&](auto in_tag) {
    visit_cuda_float("reduce", y.dtype, [&](auto out_tag) {
      using T = typename decltype(in_tag)::type;
      using Out = typename decltype(out_tag)::type;
      const ScaledSink<Out> sink{y.as<Out>(), static_cast<float>(scale)};
      if (packs_fit<T>(x.dim(2) > 1 ? x.dim(2) : x.dim(1))) {
        constexpr int N = kPackWidth<T>;
        reduce_gpu<SumReducer>(exec, TensorSource<SumReducer, T, N>{x.as<T>()}, sink, x.shape);
      } else {
        reduce_gpu<SumReducer>(exec, TensorSource<SumReducer, T, 1>{x.as<T>()}, sink, x.shape);
      }
    });
  });
}

void broadcast_step(Exec& exec, ConstView dy, View dx, double scale) {
  visit_cuda_float("reduce_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<AxisGroup> groups = axis_groups(dx.shape, dy.shape);
    if (groups.empty()) groups.push_back({1, false});
    if (packs_fit<T>(groups.back().size)) {
      broadcast<T, kPackWidth<T>>(exec, dy.as<T>(), dx.as<T>(), groups, scale);
    } else {
      broadcast<T, 1>(exec, dy.as<T>(), dx.as<T>(), groups, scale);
    }
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
