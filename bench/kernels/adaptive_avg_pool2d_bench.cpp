// Adaptive average pooling: the global mean in a channel gate, and a 13x13 grid.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/adaptive_avg_pool2d/adaptive_avg_pool2d.h"

namespace salix::bench {
namespace {

void adaptive_avg_pool(benchmark::State& state, bool backward, const Shape& in, std::int64_t size) {
  Exec& exec = bench_exec();
  Tensor x = Tensor::full(exec, in, 0.5);
  Tensor y = Tensor::full(exec, {in[0], size, size, in[3]}, 0.5);
  Work work;
  work.bytes = static_cast<double>(x.size_bytes() + y.size_bytes());
  run(state, work, [&] {
    if (backward) return kernels::adaptive_avg_pool2d_backward(exec, y.view(), x.mutable_view());
    kernels::adaptive_avg_pool2d(exec, x.view(), y.mutable_view());
  });
}

const Shape kFusion{8, 160, 160, 64}, kDeep{8, 40, 40, 512};

BENCHMARK_CAPTURE(adaptive_avg_pool, global, false, kFusion, 1)->Apply(timed);
BENCHMARK_CAPTURE(adaptive_avg_pool, global_backward, true, kFusion, 1)->Apply(timed);
BENCHMARK_CAPTURE(adaptive_avg_pool, grid, false, kDeep, 13)->Apply(timed);
BENCHMARK_CAPTURE(adaptive_avg_pool, grid_backward, true, kDeep, 13)->Apply(timed);

const bool large = [] {
  for (const bool backward : {false, true}) {
    const std::string head =
        str("adaptive_avg_pool/", backward ? "backward" : "forward", "/float32/large_");
    add_on_cuda(head + "global_32x160x160x64", [=](auto& state) {
      adaptive_avg_pool(state, backward, {32, 160, 160, 64}, 1);
    });
    add_on_cuda(head + "grid13_64x40x40x512", [=](auto& state) {
      adaptive_avg_pool(state, backward, {64, 40, 40, 512}, 13);
    });
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
