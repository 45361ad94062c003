// Bilinear resize at a2s's sizes: bytes are x read once and y written once.
#include "kernels/resize_bilinear/resize_bilinear.h"

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

void resize(benchmark::State& state, std::int64_t in, std::int64_t out, std::int64_t channels,
            bool backward, std::int64_t batch, DType dtype) {
  Tensor x = Tensor::full(bench_exec(), {batch, in, in, channels}, 0.5, dtype);
  Tensor y = Tensor::full(bench_exec(), {batch, out, out, channels}, 0.25, dtype);
  run(state,
      {.bytes = static_cast<double>(x.size_bytes() + y.size_bytes()),
       .precision = precision_of(dtype)},
      [&] {
        if (backward) {
          kernels::resize_bilinear_backward(bench_exec(), y.view(), x.mutable_view(), {true});
        } else {
          kernels::resize_bilinear(bench_exec(), x.view(), y.mutable_view(), {true});
        }
      });
}
BENCHMARK_CAPTURE(resize, up4_64, 40, 160, 64, false, 1, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(resize, up4_64_backward, 40, 160, 64, true, 1, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(resize, logits_160_to_320, 160, 320, 1, false, 1, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(resize, logits_160_to_320_backward, 160, 320, 1, true, 1, DType::kFloat32)
    ->Apply(timed);

const bool large = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const bool backward : {false, true}) {
      const std::string head = str("resize/", backward ? "backward/" : "forward/", dtype);
      add_on_cuda(head + "/large_32x80x80x64_to_160x160",
                  [=](auto& state) { resize(state, 80, 160, 64, backward, 32, dtype); });
      add_on_cuda(head + "/large_256x160x160x1_to_320x320",
                  [=](auto& state) { resize(state, 160, 320, 1, backward, 256, dtype); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
