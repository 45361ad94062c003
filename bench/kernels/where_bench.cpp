// Choice by a mask at one decoder map of a2s.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/where/where.h"

namespace salix::bench {
namespace {

const Shape kMap{2, 160, 160, 64};

void where_forward(benchmark::State& state) {
  Exec& exec = bench_exec();
  const Tensor mask = Tensor::full(exec, kMap, 1), a = Tensor::full(exec, kMap, 2);
  const Tensor b = Tensor::full(exec, kMap, 3);
  Tensor y = Tensor::empty(exec, kMap);
  run(state, {.bytes = 4.0 * static_cast<double>(y.size_bytes())},
      [&] { kernels::where(exec, mask.view(), a.view(), b.view(), y.mutable_view()); });
}
BENCHMARK(where_forward)
    ->Name("where/forward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

void where_backward(benchmark::State& state) {
  Exec& exec = bench_exec();
  const Tensor mask = Tensor::full(exec, kMap, 1), dy = Tensor::full(exec, kMap, 2);
  Tensor da = Tensor::empty(exec, kMap), db = Tensor::empty(exec, kMap);
  run(state, {.bytes = 4.0 * static_cast<double>(dy.size_bytes())}, [&] {
    kernels::where_backward(exec, mask.view(), dy.view(), da.mutable_view(), db.mutable_view());
  });
}
BENCHMARK(where_backward)
    ->Name("where/backward/float32")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
