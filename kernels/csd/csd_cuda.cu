// Bound by memory: x is read once per pass, dx written once.
#include <cmath>

#include "engine/cuda/device_helpers.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/reduce_gpu.h"
#include "kernels/csd/csd.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

template <int N>
struct CsdSource {
  static constexpr int kWidth = N;
  const float* x;
  CsdTerm<float> term;
  __device__ void merge_into(float* states, long long offset, int, int) const {
    const auto in = *reinterpret_cast<const Pack<float, N>*>(x + offset);
    for (int k = 0; k < N; ++k) states[k] += term.value(in.value[k]);
  }
};

struct CsdSink {
  float* loss;
  float most;  // the loss of no confidence at all
  float scale;
  __device__ void store(long long, float sum) const { *loss = most - sum * scale; }
};

template <int N>
__global__ void csd_backward_kernel(const float* dloss, const float* x, float* dx,
                                    CsdTerm<float> term, float scale, std::int64_t packs) {
  const std::int64_t pack = global_thread();
  if (pack >= packs) return;
  const auto in = *reinterpret_cast<const Pack<float, N>*>(x + pack * N);
  const float factor = -*dloss * scale;
  Pack<float, N> out;
  for (int k = 0; k < N; ++k) out.value[k] = factor * term.slope(in.value[k]);
  *reinterpret_cast<Pack<float, N>*>(dx + pack * N) = out;
}

}  // namespace

void csd(Exec& exec, ConstView x, View loss, CsdParams params) {
  require_float32("csd", x.dtype);
  const CsdTerm<float> term{static_cast<float>(params.exponent)};
  const CsdSink sink{loss.as<float>(), static_cast<float>(std::pow(0.5, params.exponent)),
                     1.0f / static_cast<float>(x.numel())};
  const Shape row{1, x.numel(), 1};
  if (packs_fit<float>(x.numel())) {
    reduce_gpu<SumReducer>(exec, CsdSource<kPackWidth<float>>{x.as<float>(), term}, sink, row);
  } else {
    reduce_gpu<SumReducer>(exec, CsdSource<1>{x.as<float>(), term}, sink, row);
  }
}

void csd_backward(Exec& exec, ConstView dloss, ConstView x, View dx, CsdParams params) {
  require_float32("csd_backward", x.dtype);
  const bool packed = packs_fit<float>(x.numel());
  const auto kernel = packed ? csd_backward_kernel<kPackWidth<float>> : csd_backward_kernel<1>;
  const std::int64_t packs = x.numel() / (packed ? kPackWidth<float> : 1);
  launch(exec, {blocks_for(packs, kThreadsPerBlock), kThreadsPerBlock}, kernel, dloss.as<float>(),
         x.as<float>(), dx.as<float>(), CsdTerm<float>{static_cast<float>(params.exponent)},
         1.0f / static_cast<float>(x.numel()), packs);
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
