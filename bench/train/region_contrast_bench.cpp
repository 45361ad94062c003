// DHFR's clustering and contrast, forward and backward, of four images of 56x56x64 in two branches
// with a full memory. bench/compare_contrast.py sets it beside PyTorch on the same maps.
#include "train/recipes/scribble/region_contrast.h"

#include <cmath>

#include "bench/support/roofline.h"
#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"

namespace salix::bench {
namespace {

constexpr int kImages = 4, kSize = 56, kChannels = 64, kLabels = 224;

// The formulas of bench/peers/contrast_torch.py.
Tensor embedding(Exec& exec, double phase) {
  std::vector<float> values;
  for (int n = 0; n < kImages; ++n) {
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        for (int c = 0; c < kChannels; ++c) {
          values.push_back(static_cast<float>(std::sin(0.7 * c * c + (0.02 + 0.01 * (c % 5)) * y +
                                                       (0.02 + 0.01 * (c % 7)) * x + n + phase)));
        }
      }
    }
  }
  return Tensor::from_host(exec, values, {kImages, kSize, kSize, kChannels});
}

struct Labels {
  std::vector<float> semantic, instance;
};
Labels labels() {
  Labels made;
  for (int n = 0; n < kImages; ++n) {
    for (int y = 0; y < kLabels; ++y) {
      for (int x = 0; x < kLabels; ++x) {
        const bool object = y >= 96 && y < 128 && x >= 56 + 24 * n && x < 120 + 24 * n;
        made.semantic.push_back(y >= 8 && y < 16 ? 0.0f : (object ? 1.0f : 2.0f));
        made.instance.push_back(static_cast<float>(1 + 7 * (y / 32) + x / 32));
      }
    }
  }
  return made;
}

void forward_backward(benchmark::State& state) {
  Exec& exec = bench_exec();
  const bool with_backward = state.range(0) != 0;
  Tensor plain = embedding(exec, 0), aug = embedding(exec, 0.3);
  const Labels scene = labels();
  const Shape shape{kImages, kLabels, kLabels, 1};
  const Tensor semantic = Tensor::from_host(exec, scene.semantic, shape);
  const Tensor instance = Tensor::from_host(exec, scene.instance, shape);
  const Tensor frozen = Tensor::zeros(exec, Shape{});
  plain.set_requires_grad(with_backward);
  aug.set_requires_grad(with_backward);
  exec.allocator()->reset_peak();
  const std::size_t before = exec.allocator()->stats().in_use_bytes;
  RegionContrast contrast(exec);
  RegionContrast::Losses losses;
  const auto step = [&] {
    plain.clear_grad();
    aug.clear_grad();
    losses = contrast.losses(plain, aug, semantic, instance);
    if (with_backward) backward(losses.annotation + losses.image);
    contrast.remember(frozen);
  };
  step();
  step();
  step();
  run(state, {}, step);
  state.counters["annotation"] = losses.annotation.item();
  state.counters["image"] = losses.image.item();
  state.counters["segments"] = contrast.segments().bounds.to_vector<std::int32_t>().back();
  if (with_backward) {
    double squares = 0;
    for (const Tensor& map : {plain, aug}) {
      for (const double value : map.grad().to_vector<double>()) squares += value * value;
    }
    state.counters["gradient"] = std::sqrt(squares);
  }
  state.counters["peak_extra_MiB"] =
      static_cast<double>(exec.allocator()->stats().peak_bytes - before) / (1 << 20);
}
BENCHMARK(forward_backward)
    ->Name("region_contrast/float32/4x56x56x64")
    ->ArgName("backward")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
