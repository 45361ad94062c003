// The cyclic shift before a shifted-window layer.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/roll/roll.h"

namespace salix::bench {
namespace {

void roll(benchmark::State& state, const Shape& shape, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, shape, 0.5, dtype);
  Tensor y = Tensor::full(exec, x.shape(), 0.5, dtype);
  Work work;
  work.precision = precision_of(dtype);
  work.bytes = 2.0 * static_cast<double>(y.size_bytes());
  run(state, work, [&] { kernels::roll(exec, x.view(), y.mutable_view(), {-3, -3}); });
}

const Shape kMap{8, 84, 84, 96};

BENCHMARK_CAPTURE(roll, float32, kMap, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(roll, bf16, kMap, DType::kBFloat16)->Apply(timed);

const bool large = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    add_on_cuda(str("roll/forward/", dtype, "/large_64x84x84x96"), [=](auto& state) {
      roll(state, {64, 84, 84, 96}, dtype);
    });
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
