// a2s's fusion layer, 192 -> 64 channels at 160x160: enlarging first and convolving (2.83
// GMAC), and the factorised form. Both declare the long way's FLOPs, so that the rates compare.
#include "layers/functional/upsampled_conv2d.h"

#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "layers/functional/concat.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/resize_bilinear.h"

namespace salix::bench {
namespace {

constexpr double kFlops = 2.0 * 160 * 160 * 192 * 64 * 9;

struct Fusion {
  std::vector<Tensor> maps;
  Tensor weight, bias;

  Fusion() {
    for (const std::int64_t size : {40, 20, 10}) {
      maps.push_back(Tensor::full(bench_exec(), {1, size, size, 64}, 0.5));
    }
    weight = Tensor::full(bench_exec(), {64, 3, 3, 192}, 0.01);
    bias = Tensor::zeros(bench_exec(), {64});
  }
};

void factorised(benchmark::State& state) {
  const Fusion fusion;
  const NoGrad no_grad(bench_exec());
  run(state, {.flops = kFlops}, [&] {
    upsampled_conv2d(fusion.maps, fusion.weight, fusion.bias, 160, 160, {.align_corners = true});
  });
}
BENCHMARK(factorised)
    ->Name("upsampled_conv2d/factorised")
    ->Apply(timed)
    ->Unit(benchmark::kMillisecond);

void enlarged_first(benchmark::State& state) {
  const Fusion fusion;
  const NoGrad no_grad(bench_exec());
  run(state, {.flops = kFlops}, [&] {
    std::vector<Tensor> large;
    for (const Tensor& map : fusion.maps) {
      large.push_back(resize_bilinear(map, 160, 160, {.align_corners = true}));
    }
    conv2d(concat(large, 3), fusion.weight, fusion.bias, {.padding = 1});
  });
}
BENCHMARK(enlarged_first)
    ->Name("upsampled_conv2d/enlarged_first")
    ->Apply(timed)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace salix::bench
