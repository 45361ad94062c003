// The IoU loss from the logits of eight 320x320 images.
#include "kernels/iou/iou.h"

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

const Shape kMap{8, 320, 320, 1};

void iou_forward(benchmark::State& state, const Shape& shape) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, shape, 0.7), target = Tensor::full(exec, shape, 1);
  Tensor loss = Tensor::empty(exec, {1}), sums = Tensor::empty(exec, {shape[0], 2});
  run(state, {.bytes = 2.0 * static_cast<double>(x.size_bytes())}, [&] {
    kernels::iou(exec, x.view(), target.view(), loss.mutable_view(), sums.mutable_view(), {});
  });
}
BENCHMARK_CAPTURE(iou_forward, network, kMap)
    ->Name("iou/forward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

void iou_backward(benchmark::State& state, const Shape& shape) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, shape, 0.7), target = Tensor::full(exec, shape, 1);
  const Tensor dloss = Tensor::full(exec, {1}, 1), sums = Tensor::full(exec, {shape[0], 2}, 1000);
  Tensor dx = Tensor::empty(exec, shape);
  run(state, {.bytes = 3.0 * static_cast<double>(x.size_bytes())}, [&] {
    kernels::iou_backward(exec, dloss.view(), x.view(), target.view(), sums.view(),
                          dx.mutable_view(), {});
  });
}
BENCHMARK_CAPTURE(iou_backward, network, kMap)
    ->Name("iou/backward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

const bool large = [] {
  const Shape shape{512, 320, 320, 1};
  add_on_cuda("iou/forward/float32/large_512x320x320x1",
              [=](auto& state) { iou_forward(state, shape); });
  add_on_cuda("iou/backward/float32/large_512x320x320x1",
              [=](auto& state) { iou_backward(state, shape); });
  return true;
}();

}  // namespace
}  // namespace salix::bench
