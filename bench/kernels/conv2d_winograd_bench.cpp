// The 3x3 layers of a2s at 320x320, batch 1: oneDNN's direct convolution beside Winograd's,
// weights kept between calls. FLOPs are the direct sum's for both.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/conv2d/conv2d_winograd.h"

namespace salix::bench {
namespace {

struct Layer {
  const char* name;
  std::int64_t size, in, out;
};

const Layer kLayers[] = {
    {"layer1_64", 80, 64, 64},
    {"layer2_128", 40, 128, 128},
    {"layer3_256", 20, 256, 256},
    {"layer4_512", 10, 512, 512},
    {"decoder_ad2_512_64", 40, 512, 64},
    {"decoder_ad3_1024_64", 20, 1024, 64},
    {"decoder_ad4_2048_64", 10, 2048, 64},
    {"decoder_fusion_192_64", 160, 192, 64},
};

void convolve(benchmark::State& state, const Layer& layer, decltype(kernels::conv2d)* conv2d) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, {1, layer.size, layer.size, layer.in}, 0.5);
  const Tensor weight = Tensor::full(exec, {layer.out, 3, 3, layer.in}, 0.25);
  const Tensor bias = Tensor::full(exec, {layer.out}, 0.1);
  Tensor y = Tensor::full(exec, {1, layer.size, layer.size, layer.out}, 0);
  kernels::PackedWeight packed;
  Work work;
  work.flops = 18.0 * static_cast<double>(y.numel()) * static_cast<double>(layer.in);
  work.bytes = static_cast<double>(x.size_bytes() + weight.size_bytes() + y.size_bytes());
  run(state, work, [&] {
    conv2d(exec, x.view(), weight.view(), bias.view(), {}, y.mutable_view(),
           {.padding = 1, .relu = true}, &packed);
  });
}

// conv2d_winograd/<layer>/<algorithm>
const bool registered = [] {
  for (const Layer& layer : kLayers) {
    const auto add = [&](const char* algorithm, decltype(kernels::conv2d)* conv2d) {
      const std::string name = str("conv2d_winograd/", layer.name, "/", algorithm);
      benchmark::RegisterBenchmark(
          name.c_str(), [=, &layer](benchmark::State& state) { convolve(state, layer, conv2d); })
          ->Unit(benchmark::kMicrosecond)
          ->Apply(timed);
    };
    add("direct", kernels::onednn::conv2d);
    add("winograd", kernels::winograd::conv2d);
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
