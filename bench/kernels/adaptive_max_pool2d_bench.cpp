// Adaptive max pooling at midnet's sizes: the global maximum of a channel gate, and the
// 13x13 grid that enlarges a 10x10 map. Bytes include the int32 index.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/adaptive_max_pool2d/adaptive_max_pool2d.h"

namespace salix::bench {
namespace {

void adaptive_max_pool(benchmark::State& state, bool backward, const Shape& in, std::int64_t size) {
  Exec& exec = bench_exec();
  Tensor x = Tensor::full(exec, in, 0.5);
  Tensor y = Tensor::full(exec, {in[0], size, size, in[3]}, 0.5);
  Tensor index = Tensor::zeros(exec, y.shape(), DType::kInt32);
  Work work;
  work.bytes = static_cast<double>(x.size_bytes() + y.size_bytes() + index.size_bytes());
  run(state, work, [&] {
    if (backward) {
      return kernels::adaptive_max_pool2d_backward(exec, y.view(), index.view(), x.mutable_view());
    }
    kernels::adaptive_max_pool2d(exec, x.view(), y.mutable_view(), index.mutable_view());
  });
}

const Shape kGate{8, 160, 160, 128}, kDeepest{8, 10, 10, 256};

BENCHMARK_CAPTURE(adaptive_max_pool, global, false, kGate, 1)->Apply(timed);
BENCHMARK_CAPTURE(adaptive_max_pool, global_backward, true, kGate, 1)->Apply(timed);
BENCHMARK_CAPTURE(adaptive_max_pool, grid, false, kDeepest, 13)->Apply(timed);
BENCHMARK_CAPTURE(adaptive_max_pool, grid_backward, true, kDeepest, 13)->Apply(timed);

const bool large = [] {
  for (const bool backward : {false, true}) {
    const std::string head =
        str("adaptive_max_pool/", backward ? "backward" : "forward", "/float32/large_");
    add_on_cuda(head + "global_32x160x160x64", [=](auto& state) {
      adaptive_max_pool(state, backward, {32, 160, 160, 64}, 1);
    });
    add_on_cuda(head + "grid13_64x40x40x512", [=](auto& state) {
      adaptive_max_pool(state, backward, {64, 40, 40, 512}, 13);
    });
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
