// Batch norm at the layers of ResNet-50 on 320x320 images, batch 2: training forward (alone,
// with ReLU, with residual sum and ReLU), eval forward, backward.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/batch_norm/batch_norm.h"

namespace salix::bench {
namespace {

struct Layer {
  const char* name;
  Shape shape;
};
const std::vector<Layer> kLayers = with_large<Layer>(
    {{"stem_160x160x64", {2, 160, 160, 64}},
     {"layer1_80x80x256", {2, 80, 80, 256}},
     {"layer2_40x40x512", {2, 40, 40, 512}},
     {"layer3_20x20x1024", {2, 20, 20, 1024}},
     {"layer4_10x10x2048", {2, 10, 10, 2048}}},
    {{"large_32x160x160x64", {32, 160, 160, 64}}, {"large_32x80x80x256", {32, 80, 80, 256}}});

struct Buffers {
  Buffers(Exec& exec, const Layer& layer, DType dtype)
      : x(Tensor::full(exec, layer.shape, 0.5, dtype)),
        y(x.clone()),
        residual(x.clone()),
        dy(x.clone()),
        dx(x.clone()),
        dresidual(x.clone()),
        gamma(Tensor::full(exec, {layer.shape.dim(-1)}, 1)),
        beta(gamma.clone()),
        running_mean(gamma.clone()),
        running_var(gamma.clone()),
        mean(gamma.clone()),
        inv_std(gamma.clone()),
        dgamma(gamma.clone()),
        dbeta(gamma.clone()) {}

  Tensor x, y, residual, dy, dx, dresidual;
  Tensor gamma, beta, running_mean, running_var, mean, inv_std, dgamma, dbeta;
};

// Bytes count every pass: training reads x once for the statistics and once for y.
void forward(benchmark::State& state, const Layer& layer, DType dtype,
             const kernels::BatchNormParams& params, bool residual) {
  Exec& exec = bench_exec();
  Buffers b(exec, layer, dtype);
  const double maps = 2.0 + (params.training ? 1 : 0) + (residual ? 1 : 0);
  run(state,
      {.bytes = maps * static_cast<double>(b.x.size_bytes()), .precision = precision_of(dtype)},
      [&] {
        kernels::batch_norm(exec,
                            {.x = b.x.view(),
                             .gamma = b.gamma.view(),
                             .beta = b.beta.view(),
                             .residual = residual ? b.residual.view() : ConstView{},
                             .running_mean = b.running_mean.mutable_view(),
                             .running_var = b.running_var.mutable_view(),
                             .y = b.y.mutable_view(),
                             .mean = b.mean.mutable_view(),
                             .inv_std = b.inv_std.mutable_view()},
                            params);
      });
}

// dy and x are read for the sums and again for dx; with a residual also y, and dresidual is
// written and read instead of dy.
void backward(benchmark::State& state, const Layer& layer, DType dtype,
              const kernels::BatchNormParams& params, bool residual) {
  Exec& exec = bench_exec();
  Buffers b(exec, layer, dtype);
  const double maps = residual ? 7.0 : 5.0;
  run(state,
      {.bytes = maps * static_cast<double>(b.x.size_bytes()), .precision = precision_of(dtype)},
      [&] {
        kernels::batch_norm_backward(exec,
                                     {.dy = b.dy.view(),
                                      .x = b.x.view(),
                                      .gamma = b.gamma.view(),
                                      .beta = b.beta.view(),
                                      .mean = b.mean.view(),
                                      .inv_std = b.inv_std.view(),
                                      .y = residual ? b.y.view() : ConstView{},
                                      .dx = b.dx.mutable_view(),
                                      .dgamma = b.dgamma.mutable_view(),
                                      .dbeta = b.dbeta.mutable_view(),
                                      .dresidual = residual ? b.dresidual.mutable_view() : View{}},
                                     params);
      });
}

// batch_norm/<pass>/<dtype>/<layer>
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Layer& layer : kLayers) {
      const auto add = [&](const char* pass, auto function, kernels::BatchNormParams params,
                           bool residual) {
        const std::string name = str("batch_norm/", pass, "/", dtype, "/", layer.name);
        benchmark::RegisterBenchmark(name.c_str(),
                                     [=, &layer](benchmark::State& state) {
                                       function(state, layer, dtype, params, residual);
                                     })
            ->Unit(benchmark::kMicrosecond)
            ->Apply(timed);
      };
      add("train", forward, {.training = true}, false);
      add("train_relu", forward, {.training = true, .relu = true}, false);
      add("train_residual_relu", forward, {.training = true, .relu = true}, true);
      add("eval_relu", forward, {.relu = true}, false);
      add("backward_relu", backward, {.training = true, .relu = true}, false);
      add("backward_residual_relu", backward, {.training = true, .relu = true}, true);
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
