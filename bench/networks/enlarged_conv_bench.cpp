// midnet's 3x3 convolutions of enlarged maps, to 128 channels with batch norm and ReLU: the
// factorised form that ConvBatchNorm::on_enlarged is, and enlarging first. Both declare the long
// way's FLOPs, so that the rates compare.
#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/modules/conv_batch_norm.h"

namespace salix::bench {
namespace {

constexpr std::int64_t kOutputs = 128;

Tensor forward(ConvBatchNorm& unit, const Tensor& x, std::int64_t size, bool factorised) {
  if (factorised) return unit.on_enlarged(x, size, size, {.align_corners = true}, true);
  return unit(resize_bilinear(x, size, size, {.align_corners = true}), {.relu = true});
}

// state: size before, size after, channels.
void measure(benchmark::State& state, bool factorised, bool training) {
  Exec& exec = bench_exec();
  const std::int64_t from = state.range(0), to = state.range(1), channels = state.range(2);
  ConvBatchNorm unit(exec, {"0", "1"}, channels, kOutputs, {.kernel = 3, .padding = 1});
  Tensor x = Tensor::full(exec, {1, from, from, channels}, 0.5);
  const double flops = 2.0 * 9 * static_cast<double>(to * to * channels * kOutputs);
  if (!training) {
    unit.eval();
    unit.prepare_inference();
    const NoGrad no_grad(exec);
    run(state, {.flops = flops}, [&] { forward(unit, x, to, factorised); });
    return;
  }
  x.set_requires_grad(true);
  const Tensor dy = Tensor::full(exec, {1, to, to, kOutputs}, 1e-3);
  run(state, {.flops = 3 * flops}, [&] {
    unit.clear_grad();
    x.clear_grad();
    backward(forward(unit, x, to, factorised), dy);
  });
}

void midnet_sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"from", "to", "channels"})
      ->Args({80, 160, 256})
      ->Args({10, 160, 512})
      ->Args({40, 80, 512})
      ->Args({10, 80, 512})
      ->Args({20, 40, 1024})
      ->Args({10, 20, 1024})
      ->Apply(timed)
      ->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(measure, factorised, true, false)
    ->Name("enlarged_conv/factorised")
    ->Apply(midnet_sizes);
BENCHMARK_CAPTURE(measure, enlarged_first, false, false)
    ->Name("enlarged_conv/enlarged_first")
    ->Apply(midnet_sizes);
BENCHMARK_CAPTURE(measure, factorised_training, true, true)
    ->Name("enlarged_conv_training/factorised")
    ->Apply(midnet_sizes);
BENCHMARK_CAPTURE(measure, enlarged_first_training, false, true)
    ->Name("enlarged_conv_training/enlarged_first")
    ->Apply(midnet_sizes);

}  // namespace
}  // namespace salix::bench
