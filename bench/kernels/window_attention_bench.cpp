// Attention in windows of 7x7 tokens at a batch of 4: the stages of a Swin transformer on 224x224
// images, and the stages of a decoder, two of them masked by saliency.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/window_attention/window_attention.h"

namespace salix::bench {
namespace {

constexpr int kWindow = 7;

struct Stage {
  const char* name;
  Shape grid;  // [N,H,W]
  std::int64_t channels;
  int heads;
  bool masked = false;

  kernels::WindowAttentionParams params() const {
    return {.heads = heads, .window = kWindow, .shift = kWindow / 2};
  }
  Shape shape(std::int64_t parts) const { return {grid[0], grid[1], grid[2], parts * channels}; }
  // Of one product of queries and keys, or of weights and values.
  double product_flops() const {
    return 2.0 * kWindow * kWindow * static_cast<double>(grid.numel() * channels);
  }
};

const std::vector<Stage> kStages =
    with_large<Stage>({{"56x56x96_heads3", {4, 56, 56}, 96, 3},
                       {"28x28x192_heads6", {4, 28, 28}, 192, 6},
                       {"14x14x384_heads12", {4, 14, 14}, 384, 12},
                       {"28x28x192_heads6_masked", {4, 28, 28}, 192, 6, true},
                       {"14x14x384_heads12_masked", {4, 14, 14}, 384, 12, true},
                       {"28x28x128_heads8", {4, 28, 28}, 128, 8},
                       {"56x56x64_heads8", {4, 56, 56}, 64, 8}},
                      {{"large_64x56x56x96_heads3", {64, 56, 56}, 96, 3}});

struct Buffers {
  Buffers(Exec& exec, const Stage& stage, DType dtype)
      : qkv(random_tensor(exec, stage.shape(3), dtype)),
        y(Tensor::empty(exec, stage.shape(1), dtype)),
        dy(random_tensor(exec, stage.shape(1), dtype)),
        dqkv(Tensor::empty(exec, stage.shape(3), dtype)),
        bias(random_tensor(exec, {(2 * kWindow - 1) * (2 * kWindow - 1), stage.heads})),
        dbias(bias.clone()),
        saliency(stage.masked ? random_tensor(exec, stage.grid) : Tensor()),
        log_sums(Tensor::empty(exec, kernels::window_attention_log_sums_shape(
                                         qkv.shape(), stage.masked, stage.params()))) {}

  ConstView seen() const { return saliency.defined() ? saliency.view() : ConstView{}; }
  void forward(Exec& exec, const Stage& stage) {
    kernels::window_attention(exec,
                              {.qkv = qkv.view(),
                               .bias = bias.view(),
                               .saliency = seen(),
                               .y = y.mutable_view(),
                               .log_sums = log_sums.mutable_view()},
                              stage.params());
  }
  void backward(Exec& exec, const Stage& stage) {
    kernels::window_attention_backward(exec,
                                       {.dy = dy.view(),
                                        .qkv = qkv.view(),
                                        .bias = bias.view(),
                                        .saliency = seen(),
                                        .log_sums = log_sums.view(),
                                        .dqkv = dqkv.mutable_view(),
                                        .dbias = dbias.mutable_view()},
                                       stage.params());
  }

  Tensor qkv, y, dy, dqkv, bias, dbias, saliency, log_sums;
};

// Two products: scores, and weighted values.
void forward(benchmark::State& state, const Stage& stage, DType dtype) {
  Exec& exec = bench_exec();
  Buffers b(exec, stage, dtype);
  const auto bytes = b.qkv.size_bytes() + b.y.size_bytes() + b.log_sums.size_bytes();
  run(state,
      {.bytes = static_cast<double>(bytes),
       .flops = 2 * stage.product_flops(),
       .precision = precision_of(dtype)},
      [&] { b.forward(exec, stage); });
}

// Five products: scores, their gradients, dq, dk and dv.
void backward(benchmark::State& state, const Stage& stage, DType dtype) {
  Exec& exec = bench_exec();
  Buffers b(exec, stage, dtype);
  b.forward(exec, stage);
  const auto bytes = b.dy.size_bytes() + 2 * b.qkv.size_bytes() + b.log_sums.size_bytes();
  run(state,
      {.bytes = static_cast<double>(bytes),
       .flops = 5 * stage.product_flops(),
       .precision = precision_of(dtype)},
      [&] { b.backward(exec, stage); });
}

// window_attention/<pass>/<dtype>/<stage>
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Stage& stage : kStages) {
      const auto add = [&](const char* pass, auto function) {
        const std::string name = str("window_attention/", pass, "/", dtype, "/", stage.name);
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
