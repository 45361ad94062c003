// The channel concatenation before a2s's fusion layer: three maps of 64 channels at half
// the image's size. Bytes: each once in, once out.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/concat/concat.h"

namespace salix::bench {
namespace {

void concat(benchmark::State& state, bool backward, std::int64_t batch, DType dtype) {
  Exec& exec = bench_exec();
  std::vector<Tensor> pieces;
  std::vector<ConstView> sources;
  std::vector<View> targets;
  for (int i = 0; i < 3; ++i) {
    pieces.push_back(Tensor::full(exec, {batch, 160, 160, 64}, 0.5, dtype));
    sources.push_back(pieces.back().view());
    targets.push_back(pieces.back().mutable_view());
  }
  Tensor whole = Tensor::full(exec, {batch, 160, 160, 192}, 0.5, dtype);
  Work work;
  work.precision = precision_of(dtype);
  work.bytes = 2.0 * static_cast<double>(whole.size_bytes());
  run(state, work, [&] {
    if (backward) return kernels::concat_backward(exec, whole.view(), targets, 3);
    kernels::concat(exec, sources, whole.mutable_view(), 3);
  });
}

BENCHMARK_CAPTURE(concat, inference, false, 1, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(concat, forward, false, 8, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(concat, forward_bf16, false, 8, DType::kBFloat16)->Apply(timed);
BENCHMARK_CAPTURE(concat, backward, true, 8, DType::kFloat32)->Apply(timed);

const bool large = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const bool backward : {false, true}) {
      add_on_cuda(
          str("concat/", backward ? "backward/" : "forward/", dtype, "/large_16x160x160x192"),
          [=](auto& state) { concat(state, backward, 16, dtype); });
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
