// Slicing: a margin cut off a feature map, and half of its channels.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/slice/slice.h"

namespace salix::bench {
namespace {

void slice(benchmark::State& state, const Shape& out, const std::vector<std::int64_t>& starts) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, {out[0], 160, 160, 64}, 0.5);
  Tensor y = Tensor::full(exec, out, 0.5);
  Work work;
  work.bytes = 2.0 * static_cast<double>(y.size_bytes());
  run(state, work, [&] { kernels::slice(exec, x.view(), y.mutable_view(), starts); });
}

using Starts = std::vector<std::int64_t>;

BENCHMARK_CAPTURE(slice, margin, Shape({8, 156, 156, 64}), Starts({0, 2, 2, 0}))->Apply(timed);
BENCHMARK_CAPTURE(slice, channels, Shape({8, 160, 160, 32}), Starts({0, 0, 0, 16}))->Apply(timed);

const bool large = [] {
  add_on_cuda("slice/forward/float32/large_margin_32x156x156x64", [](auto& state) {
    slice(state, {32, 156, 156, 64}, {0, 2, 2, 0});
  });
  add_on_cuda("slice/forward/float32/large_channels_64x160x160x32", [](auto& state) {
    slice(state, {64, 160, 160, 32}, {0, 0, 0, 16});
  });
  return true;
}();

}  // namespace
}  // namespace salix::bench
