// Boundary-aware texture matching, forward and backward, on the quarter-size maps of 320x320
// and 448x448 inputs, eight images, one and four modalities. bench/compare_losses.py sets it
// beside PyTorch on the same maps.
#include "kernels/btm/btm.h"

#include <cmath>

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

constexpr int kImages = 8;

// A disc per image with a soft border, and features that change at the border and ripple
// inside: the formulas of bench/peers/btm_torch.py.
struct Scene {
  std::vector<float> saliency, features;
};
Scene make_scene(int size, int channels) {
  Scene scene;
  for (int n = 0; n < kImages; ++n) {
    const double radius = size * (0.2 + 0.02 * n);
    for (int y = 0; y < size; ++y) {
      for (int x = 0; x < size; ++x) {
        const double distance = std::hypot(x - 0.45 * size, y - 0.55 * size);
        scene.saliency.push_back(static_cast<float>(1 / (1 + std::exp((distance - radius) / 3))));
        for (int c = 0; c < channels; ++c) {
          const double ripple = 0.05 * std::sin(0.7 * (c + 1) * x + 0.3 * y + n);
          scene.features.push_back(static_cast<float>((distance < radius ? 0.6 : 0) + ripple));
        }
      }
    }
  }
  return scene;
}

void btm_forward_backward(benchmark::State& state) {
  Exec& exec = bench_exec();
  const int size = static_cast<int>(state.range(0)),
            channels = 3 * static_cast<int>(state.range(1));
  const Shape shape{kImages, size, size, 1};
  const Scene scene = make_scene(size, channels);
  exec.allocator()->reset_peak();
  const std::size_t before = exec.allocator()->stats().in_use_bytes;
  const Tensor s = Tensor::from_host(exec, scene.saliency, shape);
  const Tensor features = Tensor::from_host(exec, scene.features, shape.with(3, channels));
  const double inputs = static_cast<double>(s.size_bytes() + features.size_bytes());
  const Tensor dloss = Tensor::full(exec, {1}, 1);
  Tensor loss = Tensor::empty(exec, {1}), pixels = Tensor::empty(exec, {1});
  Tensor slope = Tensor::empty(exec, shape), ds = Tensor::empty(exec, shape);
  const auto step = [&] {
    kernels::btm(exec, s.view(), features.view(), loss.mutable_view(), pixels.mutable_view(),
                 slope.mutable_view(), {});
    kernels::btm_backward(exec, dloss.view(), pixels.view(), slope.view(), ds.mutable_view());
  };
  step();
  // Per contour pixel and neighbour: three operations per channel, the exponential as one, and
  // six for the two sums.
  const double pairs = pixels.item() * 121;
  run(state,
      {.bytes = inputs + 3 * static_cast<double>(slope.size_bytes()),
       .flops = pairs * (3 * channels + 7)},
      step);
  double gradient = 0;
  for (const double value : ds.to_vector<double>()) gradient += std::abs(value);
  state.counters["contour_pixels"] = pixels.item();
  state.counters["loss"] = loss.item();
  state.counters["gradient"] = gradient;
  state.counters["peak_extra_MiB"] =
      (static_cast<double>(exec.allocator()->stats().peak_bytes - before) - inputs) / (1 << 20);
}
BENCHMARK(btm_forward_backward)
    ->Name("btm/forward_backward/float32")
    ->ArgNames({"size", "modalities"})
    ->ArgsProduct({{80, 112}, {1, 4}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
