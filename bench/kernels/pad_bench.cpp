// Padding: a Swin map to whole windows, and channels to a pack.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/pad/pad.h"

namespace salix::bench {
namespace {

void pad(benchmark::State& state, const Shape& in, const Shape& out,
         const std::vector<std::int64_t>& before) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, in, 0.5);
  Tensor y = Tensor::full(exec, out, 0.5);
  Work work;
  work.bytes = static_cast<double>(x.size_bytes() + y.size_bytes());
  run(state, work, [&] { kernels::pad(exec, x.view(), y.mutable_view(), before, 0.0); });
}

using Before = std::vector<std::int64_t>;

BENCHMARK_CAPTURE(pad, windows, Shape({8, 80, 80, 96}), Shape({8, 84, 84, 96}),
                  Before({0, 0, 0, 0}))
    ->Apply(timed);
BENCHMARK_CAPTURE(pad, channels, Shape({8, 320, 320, 3}), Shape({8, 320, 320, 4}),
                  Before({0, 0, 0, 0}))
    ->Apply(timed);

const bool large = [] {
  add_on_cuda("pad/forward/float32/large_64x80x80x96_to_84x84", [](auto& state) {
    pad(state, {64, 80, 80, 96}, {64, 84, 84, 96}, {0, 0, 0, 0});
  });
  add_on_cuda("pad/forward/float32/large_64x320x320x3_to_4", [](auto& state) {
    pad(state, {64, 320, 320, 3}, {64, 320, 320, 4}, {0, 0, 0, 0});
  });
  return true;
}();

}  // namespace
}  // namespace salix::bench
