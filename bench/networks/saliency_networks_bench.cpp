// a2s at 320x320: inference at batch 1, in float32 and bfloat16, and a training pass (forward and
// backward, batch statistics, all gradients) at batch 2. FLOPs are those of the published network's
// convolutions (11.998 GMAC per image), so the rate compares with others that do them all.
#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "models/a2s.h"

namespace salix::bench {
namespace {

constexpr double kFlopsPerImage = 2 * 11.998e9;

Tensor smooth_batch(std::int64_t images, std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(images * size * size * 3));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 2.0f * philox_uniform({1, 0, 0}, i) - 1.0f;
  }
  return Tensor::from_host(bench_exec(), values, {images, size, size, 3});
}

void inference(benchmark::State& state, DType dtype) {
  Exec& exec = bench_exec();
  exec.allocator()->release_cached();
  A2s network(exec);
  network.to(dtype);
  network.eval();
  network.prepare_inference();
  const std::int64_t images = state.range(0);
  const Tensor image = smooth_batch(images, 320).to(dtype);
  const NoGrad no_grad(exec);
  exec.allocator()->reset_peak();
  run(state, {.flops = kFlopsPerImage * static_cast<double>(images)},
      [&] { benchmark::DoNotOptimize(network(image).logits.view().data); });
  add_memory(state);
}
BENCHMARK_CAPTURE(inference, float32, DType::kFloat32)
    ->Name("a2s_inference")
    ->ArgName("batch")
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(inference, bfloat16, DType::kBFloat16)
    ->Name("a2s_inference_bfloat16")
    ->ArgName("batch")
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void training_pass(benchmark::State& state) {
  Exec& exec = bench_exec();
  exec.allocator()->release_cached();
  A2s network(exec);
  const std::int64_t images = state.range(0);
  const Tensor image = smooth_batch(images, 320);
  const Tensor cotangent = Tensor::full(exec, {images, 320, 320, 1}, 1e-3);
  exec.allocator()->reset_peak();
  run(state, {.flops = 3 * kFlopsPerImage * static_cast<double>(images)}, [&] {
    network.clear_grad();
    backward(network(image).logits, cotangent);
  });
  add_memory(state);
}
BENCHMARK(training_pass)
    ->Name("a2s_forward_backward")
    ->ArgName("batch")
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace salix::bench
