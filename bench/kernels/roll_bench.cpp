// The cyclic shift before a shifted-window layer.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/roll/roll.h"

namespace salix::bench {
namespace {

void roll(benchmark::State& state, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, {8, 84, 84, 96}, 0.5, dtype);
  Tensor y = Tensor::full(exec, x.shape(), 0.5, dtype);
  Work work;
  work.bytes = 2.0 * static_cast<double>(y.size_bytes());
  run(state, work, [&] { kernels::roll(exec, x.view(), y.mutable_view(), {-3, -3}); });
}

BENCHMARK_CAPTURE(roll, float32, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(roll, bf16, DType::kBFloat16)->Apply(timed);

}  // namespace
}  // namespace salix::bench
