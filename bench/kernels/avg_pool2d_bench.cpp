// Average pooling: halving a feature map, and a wide blur of one channel.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/avg_pool2d/avg_pool2d.h"

namespace salix::bench {
namespace {

void avg_pool(benchmark::State& state, bool backward, const Shape& in,
              kernels::AvgPool2dParams params) {
  Exec& exec = bench_exec();
  const Shape out{in[0], kernels::height_axis(in[1], params).out_size,
                  kernels::width_axis(in[2], params).out_size, in[3]};
  Tensor x = Tensor::full(exec, in, 0.5), y = Tensor::full(exec, out, 0.5);
  Work work;
  work.bytes = static_cast<double>(x.size_bytes() + y.size_bytes());
  run(state, work, [&] {
    if (backward) return kernels::avg_pool2d_backward(exec, y.view(), x.mutable_view(), params);
    kernels::avg_pool2d(exec, x.view(), y.mutable_view(), params);
  });
}

const Shape kMap{8, 160, 160, 64}, kMask{8, 320, 320, 1};
constexpr kernels::AvgPool2dParams kHalve{.kernel = 2, .stride = 2};
constexpr kernels::AvgPool2dParams kBlur{.kernel = 11, .stride = 1, .padding = 5};

BENCHMARK_CAPTURE(avg_pool, halve, false, kMap, kHalve)->Apply(timed);
BENCHMARK_CAPTURE(avg_pool, halve_backward, true, kMap, kHalve)->Apply(timed);
BENCHMARK_CAPTURE(avg_pool, blur, false, kMask, kBlur)->Apply(timed);
BENCHMARK_CAPTURE(avg_pool, blur_backward, true, kMask, kBlur)->Apply(timed);

const bool large = [] {
  for (const bool backward : {false, true}) {
    const std::string head = str("avg_pool/", backward ? "backward" : "forward", "/float32/large_");
    add_on_cuda(head + "halve_32x160x160x64", [=](auto& state) {
      avg_pool(state, backward, {32, 160, 160, 64}, kHalve);
    });
    add_on_cuda(head + "blur11_256x320x320x1", [=](auto& state) {
      avg_pool(state, backward, {256, 320, 320, 1}, kBlur);
    });
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
