#include "tests/support/loss_scene.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"

namespace salix::testing {
namespace {

constexpr int kImages = 2, kSize = 64;

double field(int a, int b, int c, int m, int n, int k, int y, int x) {
  return static_cast<double>((a * x + b * y + c * k + 29 * n) % m) / m;
}

double base(int n, int y, int x) {
  const double value = n == 0 ? 6 - (std::pow(x - 30, 2) + std::pow(y - 28, 2)) / 60
                              : 5 - (2 * std::pow(x - 20, 2) + std::pow(y - 40, 2)) / 80;
  return std::clamp(value, -6.0, 6.0);
}

template <typename F>
Tensor map_of(Exec& exec, int channels, const F& f) {
  std::vector<double> values;
  for (int n = 0; n < kImages; ++n)
    for (int y = 0; y < kSize; ++y)
      for (int x = 0; x < kSize; ++x)
        for (int k = 0; k < channels; ++k) values.push_back(f(n, y, x, k));
  return Tensor::from_host(exec, values, {kImages, kSize, kSize, channels});
}

}  // namespace

// Made in float64 on a cpu, then rounded and moved.
LossScene loss_scene(Exec& exec, DType dtype) {
  Exec cpu;
  const Tensor bases = map_of(cpu, 1, [](int n, int y, int x, int) { return base(n, y, x); });
  const Tensor logits = map_of(cpu, 1, [](int n, int y, int x, int) {
    return base(n, y, x) + field(7, 3, 0, 11, n, 0, y, x) - 0.5;
  });
  const Tensor priors = map_of(cpu, 6, [](int n, int y, int x, int k) {
    return k < 3 ? 0.2 * (field(3, 5, 7, 16, n, k, y, x) - 0.5)
                 : 0.1 * field(5, 2, 3, 32, n, k - 3, y, x);
  });
  const Tensor target = map_of(cpu, 1, [](int, int y, int x, int) {
    return (x - 28) * (x - 28) + (y - 30) * (y - 30) < 200 ? 1.0 : 0.0;
  });
  const auto smaller = [](const Tensor& map) {
    return resize_bilinear(map, 48, 48, {.align_corners = true});
  };
  const auto moved = [&](const Tensor& map) { return map.to(dtype).to(exec); };
  return {moved(logits), moved(priors), moved(smaller(bases) * 0.9 + 0.1), moved(smaller(priors)),
          moved(target)};
}

}  // namespace salix::testing
