// Group norm with ReLU at the decoders of a2s and cornet, batch 2.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/group_norm/group_norm.h"

namespace salix::bench {
namespace {

struct Layer {
  const char* name;
  Shape shape;
  std::int64_t groups;
};
const std::vector<Layer> kLayers =
    with_large<Layer>({{"80x80x64_groups32", {2, 80, 80, 64}, 32},
                       {"160x160x64_groups32", {2, 160, 160, 64}, 32},
                       {"80x80x128_groups64", {2, 80, 80, 128}, 64},
                       {"80x80x64_groups1", {2, 80, 80, 64}, 1}},
                      {{"large_32x160x160x64_groups32", {32, 160, 160, 64}, 32}});

struct Buffers {
  Buffers(Exec& exec, const Layer& layer, DType dtype)
      : x(Tensor::full(exec, layer.shape, 0.5, dtype)),
        y(x.clone()),
        dy(x.clone()),
        dx(x.clone()),
        gamma(Tensor::full(exec, {layer.shape.dim(-1)}, 1)),
        beta(gamma.clone()),
        dgamma(gamma.clone()),
        dbeta(gamma.clone()),
        mean(Tensor::full(exec, {layer.shape.dim(0) * layer.groups}, 0.25)),
        inv_std(mean.clone()),
        params{.groups = layer.groups, .relu = true} {}

  Tensor x, y, dy, dx, gamma, beta, dgamma, dbeta, mean, inv_std;
  kernels::GroupNormParams params;
};

// Bytes count every pass: x is read for the statistics and again for y.
void forward(benchmark::State& state, const Layer& layer, DType dtype) {
  Exec& exec = bench_exec();
  Buffers b(exec, layer, dtype);
  run(state,
      {.bytes = 3.0 * static_cast<double>(b.x.size_bytes()), .precision = precision_of(dtype)},
      [&] {
        kernels::group_norm(exec,
                            {.x = b.x.view(),
                             .gamma = b.gamma.view(),
                             .beta = b.beta.view(),
                             .y = b.y.mutable_view(),
                             .mean = b.mean.mutable_view(),
                             .inv_std = b.inv_std.mutable_view()},
                            b.params);
      });
}

void backward(benchmark::State& state, const Layer& layer, DType dtype) {
  Exec& exec = bench_exec();
  Buffers b(exec, layer, dtype);
  run(state,
      {.bytes = 5.0 * static_cast<double>(b.x.size_bytes()), .precision = precision_of(dtype)},
      [&] {
        kernels::group_norm_backward(exec,
                                     {.dy = b.dy.view(),
                                      .x = b.x.view(),
                                      .gamma = b.gamma.view(),
                                      .beta = b.beta.view(),
                                      .mean = b.mean.view(),
                                      .inv_std = b.inv_std.view(),
                                      .dx = b.dx.mutable_view(),
                                      .dgamma = b.dgamma.mutable_view(),
                                      .dbeta = b.dbeta.mutable_view()},
                                     b.params);
      });
}

// group_norm/<pass>/<dtype>/<layer>
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Layer& layer : kLayers) {
      const auto add = [&](const char* pass, auto function) {
        const std::string name = str("group_norm/", pass, "/", dtype, "/", layer.name);
        benchmark::RegisterBenchmark(
            name.c_str(), [=, &layer](benchmark::State& state) { function(state, layer, dtype); })
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
