// Sums at the sizes of a2s: the spatial mean that centres the features, the channel sum that
// makes the map, the bias gradient, a whole loss; and the broadcast of the gradient.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/reduce/reduce.h"

namespace salix::bench {
namespace {

void reduce(benchmark::State& state, bool backward, const Shape& in, const Shape& kept,
            DType dtype) {
  Exec& exec = bench_exec();
  Tensor x = Tensor::full(exec, in, 0.5, dtype), y = Tensor::full(exec, kept, 0.5, dtype);
  Work work;
  work.bytes = static_cast<double>(x.size_bytes() + y.size_bytes());
  work.flops = static_cast<double>(x.numel());
  run(state, work, [&] {
    const auto kind = kernels::ReduceKind::kMean;
    if (backward) return kernels::reduce_backward(exec, y.view(), x.mutable_view(), kind);
    kernels::reduce(exec, x.view(), y.mutable_view(), kind);
  });
}

const Shape kMap{8, 160, 160, 64}, kSpatial{8, 1, 1, 64}, kChannels{8, 160, 160, 1};
const Shape kBias{1, 1, 1, 64}, kAll{1, 1, 1, 1};

BENCHMARK_CAPTURE(reduce, spatial, false, kMap, kSpatial, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(reduce, spatial_bf16, false, kMap, kSpatial, DType::kBFloat16)->Apply(timed);
BENCHMARK_CAPTURE(reduce, channels, false, kMap, kChannels, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(reduce, bias, false, kMap, kBias, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(reduce, all, false, kMap, kAll, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(reduce, spatial_backward, true, kMap, kSpatial, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(reduce, channels_backward, true, kMap, kChannels, DType::kFloat32)->Apply(timed);

}  // namespace
}  // namespace salix::bench
