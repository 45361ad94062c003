// Bilinear resize at a2s's sizes: bytes are x read once and y written once.
#include "kernels/resize_bilinear/resize_bilinear.h"

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

void resize(benchmark::State& state, std::int64_t in, std::int64_t out, std::int64_t channels,
            bool backward) {
  Tensor x = Tensor::full(bench_exec(), {1, in, in, channels}, 0.5);
  Tensor y = Tensor::full(bench_exec(), {1, out, out, channels}, 0.25);
  run(state, {.bytes = static_cast<double>(x.size_bytes() + y.size_bytes())}, [&] {
    if (backward) {
      kernels::resize_bilinear_backward(bench_exec(), y.view(), x.mutable_view(), {true});
    } else {
      kernels::resize_bilinear(bench_exec(), x.view(), y.mutable_view(), {true});
    }
  });
}
BENCHMARK_CAPTURE(resize, up4_64, 40, 160, 64, false)->Apply(timed);
BENCHMARK_CAPTURE(resize, up4_64_backward, 40, 160, 64, true)->Apply(timed);
BENCHMARK_CAPTURE(resize, logits_160_to_320, 160, 320, 1, false)->Apply(timed);
BENCHMARK_CAPTURE(resize, logits_160_to_320_backward, 160, 320, 1, true)->Apply(timed);

}  // namespace
}  // namespace salix::bench
