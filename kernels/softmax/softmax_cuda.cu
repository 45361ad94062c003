#include "kernels/common/row_lanes.h"
#include "kernels/softmax/softmax.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// One warp per row: maximum, sum, then y. The exponentials are computed twice: at two per
// element the arithmetic is still far below what the memory traffic takes.
template <typename T, int N>
__global__ void softmax_kernel(const T* x, std::int64_t rows, int size, bool log, T* y) {
  const std::int64_t row = warp_row();
  if (row >= rows) return;  // the whole warp
  const T* in = x + row * size;
  float peak = -INFINITY;
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> pack = read_pack<T, N>(in + i);
    for (int k = 0; k < N; ++k) peak = Maximum{}(peak, static_cast<float>(pack.value[k]));
  });
  peak = warp_max(peak);
  float sum = 0;
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> pack = read_pack<T, N>(in + i);
    for (int k = 0; k < N; ++k) sum += expf(static_cast<float>(pack.value[k]) - peak);
  });
  sum = warp_sum(sum);
  const float log_sum = logf(sum), scale = 1.0f / sum;
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> pack = read_pack<T, N>(in + i);
    Pack<T, N> out;
    for (int k = 0; k < N; ++k) {
      const float value = static_cast<float>(pack.value[k]) - peak;
      out.value[k] = static_cast<T>(log ? value - log_sum : expf(value) * scale);
    }
    write_pack(y + row * size + i, out);
  });
}

// One warp per row: the sum, then dx.
template <typename T, int N>
__global__ void softmax_backward_kernel(const T* dy, const T* y, std::int64_t rows, int size,
                                        bool log, T* dx) {
  const std::int64_t row = warp_row();
  if (row >= rows) return;  // the whole warp
  float sum = 0;
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> gradient = read_pack<T, N>(dy + row * size + i);
    const Pack<T, N> result = read_pack<T, N>(y + row * size + i);
    for (int k = 0; k < N; ++k) {
      const float g = static_cast<float>(gradient.value[k]);
      sum += log ? g : g * static_cast<float>(result.value[k]);
    }
  });
  sum = warp_sum(sum);
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> gradient = read_pack<T, N>(dy + row * size + i);
    const Pack<T, N> result = read_pack<T, N>(y + row * size + i);
    Pack<T, N> out;
    for (int k = 0; k < N; ++k) {
      const float g = static_cast<float>(gradient.value[k]);
      const float value = static_cast<float>(result.value[k]);
      out.value[k] = static_cast<T>(log ? g - expf(value) * sum : value * (g - sum));
    }
    write_pack(dx + row * size + i, out);
  });
}

}  // namespace

void softmax(Exec& exec, ConstView x, View y, SoftmaxParams params) {
  visit_cuda_float("softmax", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t size = x.dim(-1), rows = x.numel() / size;
    const auto kernel =
        packs_fit<T>(size) ? softmax_kernel<T, kPackWidth<T>> : softmax_kernel<T, 1>;
    launch(exec, {blocks_for_rows(rows), kRowThreads}, kernel, x.as<T>(), rows, size, params.log,
           y.as<T>());
  });
}

void softmax_backward(Exec& exec, ConstView dy, ConstView y, View dx, SoftmaxParams params) {
  visit_cuda_float("softmax_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t size = dy.dim(-1), rows = dy.numel() / size;
    const auto kernel = packs_fit<T>(size) ? softmax_backward_kernel<T, kPackWidth<T>>
                                           : softmax_backward_kernel<T, 1>;
    launch(exec, {blocks_for_rows(rows), kRowThreads}, kernel, dy.as<T>(), y.as<T>(), rows, size,
           params.log, dx.as<T>());
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
