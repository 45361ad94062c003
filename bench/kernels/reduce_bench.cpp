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
  work.precision = precision_of(dtype);
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

const bool large = [] {
  const std::pair<const char*, Shape> kept[] = {{"spatial", {32, 1, 1, 64}},
                                                {"channels", {32, 160, 160, 1}},
                                                {"bias", {1, 1, 1, 64}},
                                                {"all", {1, 1, 1, 1}}};
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const auto& [name, shape] : kept) {
      for (const bool backward : {false, true}) {
        add_on_cuda(str("reduce/", backward ? "backward/" : "forward/", dtype, "/large_", name,
                        "_32x160x160x64"),
                    [=, to = shape](auto& state) {
                      reduce(state, backward, {32, 160, 160, 64}, to, dtype);
                    });
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
