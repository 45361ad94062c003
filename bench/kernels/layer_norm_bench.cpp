// Layer norm over the tokens of a Swin transformer's stages on 384x384 images, batch 2.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/layer_norm/layer_norm.h"

namespace salix::bench {
namespace {

struct Stage {
  const char* name;
  Shape shape;
};
const std::vector<Stage> kStages = with_large<Stage>({{"stage1_9216x96", {2, 9216, 96}},
                                                      {"stage2_2304x192", {2, 2304, 192}},
                                                      {"stage3_576x384", {2, 576, 384}},
                                                      {"stage4_144x768", {2, 144, 768}}},
                                                     {{"large_32x9216x192", {32, 9216, 192}}});

struct Buffers {
  Buffers(Exec& exec, const Stage& stage, DType dtype)
      : x(Tensor::full(exec, stage.shape, 0.5, dtype)),
        y(x.clone()),
        dy(x.clone()),
        dx(x.clone()),
        gamma(Tensor::full(exec, {stage.shape.dim(-1)}, 1)),
        beta(gamma.clone()),
        dgamma(gamma.clone()),
        dbeta(gamma.clone()),
        mean(Tensor::full(exec, {stage.shape.dim(0) * stage.shape.dim(1)}, 0.25)),
        inv_std(mean.clone()) {}

  Tensor x, y, dy, dx, gamma, beta, dgamma, dbeta, mean, inv_std;
};

void forward(benchmark::State& state, const Stage& stage, DType dtype) {
  Exec& exec = bench_exec();
  Buffers b(exec, stage, dtype);
  run(state,
      {.bytes = 2.0 * static_cast<double>(b.x.size_bytes()), .precision = precision_of(dtype)},
      [&] {
        kernels::layer_norm(exec,
                            {.x = b.x.view(),
                             .gamma = b.gamma.view(),
                             .beta = b.beta.view(),
                             .y = b.y.mutable_view(),
                             .mean = b.mean.mutable_view(),
                             .inv_std = b.inv_std.mutable_view()},
                            {});
      });
}

void backward(benchmark::State& state, const Stage& stage, DType dtype) {
  Exec& exec = bench_exec();
  Buffers b(exec, stage, dtype);
  run(state,
      {.bytes = 3.0 * static_cast<double>(b.x.size_bytes()), .precision = precision_of(dtype)},
      [&] {
        kernels::layer_norm_backward(exec, {.dy = b.dy.view(),
                                            .x = b.x.view(),
                                            .gamma = b.gamma.view(),
                                            .mean = b.mean.view(),
                                            .inv_std = b.inv_std.view(),
                                            .dx = b.dx.mutable_view(),
                                            .dgamma = b.dgamma.mutable_view(),
                                            .dbeta = b.dbeta.mutable_view()});
      });
}

// layer_norm/<pass>/<dtype>/<stage>
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Stage& stage : kStages) {
      const auto add = [&](const char* pass, auto function) {
        const std::string name = str("layer_norm/", pass, "/", dtype, "/", stage.name);
        benchmark::RegisterBenchmark(
            name.c_str(), [=, &stage](benchmark::State& state) { function(state, stage, dtype); })
            ->Unit(benchmark::kMicrosecond)
            ->Apply(timed);
      };
      add("forward", forward);
      add("backward", backward);
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
