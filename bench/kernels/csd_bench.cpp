// The CSD loss from the logits of eight 320x320 images, at epoch 10 of 20.
#include "kernels/csd/csd.h"

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

const Shape kMap{8, 320, 320, 1};
const kernels::CsdParams kParams{.exponent = 1.4641};

void csd_forward(benchmark::State& state, const Shape& shape) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, shape, 0.7);
  Tensor loss = Tensor::empty(exec, {1});
  run(state, {.bytes = static_cast<double>(x.size_bytes())},
      [&] { kernels::csd(exec, x.view(), loss.mutable_view(), kParams); });
}
BENCHMARK_CAPTURE(csd_forward, network, kMap)
    ->Name("csd/forward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

void csd_backward(benchmark::State& state, const Shape& shape) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, shape, 0.7), dloss = Tensor::full(exec, {1}, 1);
  Tensor dx = Tensor::empty(exec, shape);
  run(state, {.bytes = 2.0 * static_cast<double>(x.size_bytes())},
      [&] { kernels::csd_backward(exec, dloss.view(), x.view(), dx.mutable_view(), kParams); });
}
BENCHMARK_CAPTURE(csd_backward, network, kMap)
    ->Name("csd/backward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

const bool large = [] {
  const Shape shape{512, 320, 320, 1};
  add_on_cuda("csd/forward/float32/large_512x320x320x1",
              [=](auto& state) { csd_forward(state, shape); });
  add_on_cuda("csd/backward/float32/large_512x320x320x1",
              [=](auto& state) { csd_backward(state, shape); });
  return true;
}();

}  // namespace
}  // namespace salix::bench
