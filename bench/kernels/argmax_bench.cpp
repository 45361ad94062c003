// argmax over the classes of each pixel, and over long rows.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/argmax/argmax.h"

namespace salix::bench {
namespace {

void argmax(benchmark::State& state, const Shape& in) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, in, 0.5);
  Tensor y = Tensor::zeros(exec, Shape(std::span(in.begin(), in.end() - 1)), DType::kInt32);
  Work work;
  work.bytes = static_cast<double>(x.size_bytes() + y.size_bytes());
  run(state, work, [&] { kernels::argmax(exec, x.view(), y.mutable_view()); });
}

BENCHMARK_CAPTURE(argmax, pixels, Shape({8, 160, 160, 24}))->Apply(timed);
BENCHMARK_CAPTURE(argmax, rows, Shape({64, 102400}))->Apply(timed);

const bool large = [] {
  add_on_cuda("argmax/forward/float32/large_64x160x160x24", [](auto& state) {
    argmax(state, {64, 160, 160, 24});
  });
  add_on_cuda("argmax/forward/float32/large_512x102400", [](auto& state) {
    argmax(state, {512, 102400});
  });
  return true;
}();

}  // namespace
}  // namespace salix::bench
