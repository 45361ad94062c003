// Bound by memory: x and target are read once per pass, dx written once.
#include "engine/cuda/device_helpers.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/reduce_gpu.h"
#include "kernels/iou/iou.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

__device__ float target_of(float value, bool threshold) {
  return threshold ? (value > 0.5f ? 1.0f : 0.0f) : value;
}

// Intersection and union together: one read of the maps.
struct IouReducer {
  struct State {
    float common;
    float all;
  };
  static __device__ State identity() { return {0.0f, 0.0f}; }
  static __device__ State merge(State a, State b) { return {a.common + b.common, a.all + b.all}; }
  static __device__ State from_lane(State state, int lane_mask) {
    return {__shfl_xor_sync(kWholeWarp, state.common, lane_mask),
            __shfl_xor_sync(kWholeWarp, state.all, lane_mask)};
  }
};

template <int N>
struct IouSource {
  static constexpr int kWidth = N;
  const float* x;
  const float* target;
  bool threshold;
  __device__ void merge_into(IouReducer::State* states, long long offset, int, int) const {
    const auto logits = *reinterpret_cast<const Pack<float, N>*>(x + offset);
    const auto wanted = *reinterpret_cast<const Pack<float, N>*>(target + offset);
    for (int k = 0; k < N; ++k) {
      const float q = Sigmoid<float>{}.value(logits.value[k]);
      const float t = target_of(wanted.value[k], threshold);
      states[k] = IouReducer::merge(states[k], {q * t, q + t - q * t});
    }
  }
};

struct IouSink {
  float* sums;
  __device__ void store(long long image, IouReducer::State state) const {
    sums[2 * image] = state.common;
    sums[2 * image + 1] = state.all;
  }
};

// One block: the mean over the samples.
__global__ void iou_mean_kernel(const float* sums, int images, float smoothing, float epsilon,
                                float* loss) {
  float total = 0.0f;
  for (int n = static_cast<int>(threadIdx.x); n < images; n += kThreadsPerBlock) {
    total += 1.0f - (sums[2 * n] + smoothing) / (sums[2 * n + 1] + epsilon);
  }
  total = block_sum(total);
  if (threadIdx.x == 0) *loss = total / static_cast<float>(images);
}

// blockIdx.y is the sample.
template <int N>
__global__ void iou_backward_kernel(const float* dloss, const float* x, const float* target,
                                    const float* sums, float* dx, IouParams params,
                                    std::int64_t packs) {
  const std::int64_t in_image = global_thread();
  if (in_image >= packs) return;
  const int image = static_cast<int>(blockIdx.y);
  const std::int64_t pack = image * packs + in_image;
  const auto logits = *reinterpret_cast<const Pack<float, N>*>(x + pack * N);
  const auto wanted = *reinterpret_cast<const Pack<float, N>*>(target + pack * N);
  const float common = sums[2 * image] + static_cast<float>(params.smoothing);
  const float all = sums[2 * image + 1] + static_cast<float>(params.smoothing + params.epsilon);
  const float scale = -*dloss / static_cast<float>(gridDim.y) / all / all;
  Pack<float, N> out;
  for (int k = 0; k < N; ++k) {
    const float q = Sigmoid<float>{}.value(logits.value[k]);
    const float t = target_of(wanted.value[k], params.threshold_target);
    out.value[k] = scale * (t * all - common * (1.0f - t)) * (q * (1.0f - q));
  }
  *reinterpret_cast<Pack<float, N>*>(dx + pack * N) = out;
}

}  // namespace

void iou(Exec& exec, ConstView x, ConstView target, View loss, View sums, IouParams params) {
  require_float32("iou", x.dtype);
  const std::int64_t images = x.dim(0), pixels = x.numel() / images;
  const IouSink sink{sums.as<float>()};
  const auto reduce = [&](auto source) {
    reduce_gpu<IouReducer>(exec, source, sink, {images, pixels, 1});
  };
  if (packs_fit<float>(pixels)) {
    reduce(
        IouSource<kPackWidth<float>>{x.as<float>(), target.as<float>(), params.threshold_target});
  } else {
    reduce(IouSource<1>{x.as<float>(), target.as<float>(), params.threshold_target});
  }
  launch(exec, {1, kThreadsPerBlock}, iou_mean_kernel, sums.as<float>(), static_cast<int>(images),
         static_cast<float>(params.smoothing),
         static_cast<float>(params.smoothing + params.epsilon), loss.as<float>());
}

void iou_backward(Exec& exec, ConstView dloss, ConstView x, ConstView target, ConstView sums,
                  View dx, IouParams params) {
  require_float32("iou_backward", x.dtype);
  const std::int64_t images = x.dim(0), pixels = x.numel() / images;
  SALIX_CHECK(images <= 65535, "iou_backward: at most 65535 samples on this device; got ", images);
  const bool packed = packs_fit<float>(pixels);
  const auto kernel = packed ? iou_backward_kernel<kPackWidth<float>> : iou_backward_kernel<1>;
  const std::int64_t packs = pixels / (packed ? kPackWidth<float> : 1);
  const dim3 grid(blocks_for(packs, kThreadsPerBlock), static_cast<unsigned>(images));
  launch(exec, {grid, kThreadsPerBlock}, kernel, dloss.as<float>(), x.as<float>(),
         target.as<float>(), sums.as<float>(), dx.as<float>(), params, packs);
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
