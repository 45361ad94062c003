// The CSD loss from the logits of eight 320x320 images, at epoch 10 of 20.
#include "kernels/csd/csd.h"

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

const Shape kMap{8, 320, 320, 1};
const kernels::CsdParams kParams{.exponent = 1.4641};

void csd_forward(benchmark::State& state) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, kMap, 0.7);
  Tensor loss = Tensor::empty(exec, {1});
  run(state, {.bytes = static_cast<double>(x.size_bytes())},
      [&] { kernels::csd(exec, x.view(), loss.mutable_view(), kParams); });
}
BENCHMARK(csd_forward)->Name("csd/forward/float32")->Unit(benchmark::kMicrosecond)->Apply(timed);

void csd_backward(benchmark::State& state) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, kMap, 0.7), dloss = Tensor::full(exec, {1}, 1);
  Tensor dx = Tensor::empty(exec, kMap);
  run(state, {.bytes = 2.0 * static_cast<double>(x.size_bytes())},
      [&] { kernels::csd_backward(exec, dloss.view(), x.view(), dx.mutable_view(), kParams); });
}
BENCHMARK(csd_backward)->Name("csd/backward/float32")->Unit(benchmark::kMicrosecond)->Apply(timed);

}  // namespace
}  // namespace salix::bench
