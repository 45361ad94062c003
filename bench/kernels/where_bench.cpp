// Choice by a mask at one decoder map of a2s.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/where/where.h"

namespace salix::bench {
namespace {

const Shape kMap{2, 160, 160, 64};

void where_forward(benchmark::State& state, const Shape& shape) {
  Exec& exec = bench_exec();
  const Tensor mask = Tensor::full(exec, shape, 1), a = Tensor::full(exec, shape, 2);
  const Tensor b = Tensor::full(exec, shape, 3);
  Tensor y = Tensor::empty(exec, shape);
  run(state, {.bytes = 4.0 * static_cast<double>(y.size_bytes())},
      [&] { kernels::where(exec, mask.view(), a.view(), b.view(), y.mutable_view()); });
}
BENCHMARK_CAPTURE(where_forward, network, kMap)
    ->Name("where/forward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

void where_backward(benchmark::State& state, const Shape& shape) {
  Exec& exec = bench_exec();
  const Tensor mask = Tensor::full(exec, shape, 1), dy = Tensor::full(exec, shape, 2);
  Tensor da = Tensor::empty(exec, shape), db = Tensor::empty(exec, shape);
  run(state, {.bytes = 4.0 * static_cast<double>(dy.size_bytes())}, [&] {
    kernels::where_backward(exec, mask.view(), dy.view(), da.mutable_view(), db.mutable_view());
  });
}
BENCHMARK_CAPTURE(where_backward, network, kMap)
    ->Name("where/backward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

const bool large = [] {
  const Shape shape{32, 160, 160, 64};
  add_on_cuda("where/forward/float32/large_32x160x160x64",
              [=](auto& state) { where_forward(state, shape); });
  add_on_cuda("where/backward/float32/large_32x160x160x64",
              [=](auto& state) { where_backward(state, shape); });
  return true;
}();

}  // namespace
}  // namespace salix::bench
