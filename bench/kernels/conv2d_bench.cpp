// Convolution at the layers of a2s (ResNet-50 and decoder) on a 320x320 image: inference
// with packed weights and fused ReLU, and the three kernels of a training step.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/conv2d/conv2d.h"

namespace salix::bench {
namespace {

struct Layer {
  const char* name;
  std::int64_t size, in, out;
  int kernel, stride;
  int groups = 1;

  Shape x(std::int64_t batch) const { return {batch, size, size, in}; }
  Shape weight() const { return {out, kernel, kernel, in / groups}; }
  kernels::Conv2dParams params() const {
    return {.stride = stride, .padding = kernel / 2, .groups = groups};
  }
};

const Layer kLayers[] = {
    {"stem_7x7_s2", 320, 3, 64, 7, 2},
    {"layer1_1x1_64_64", 80, 64, 64, 1, 1},
    {"layer1_3x3_64", 80, 64, 64, 3, 1},
    {"layer1_1x1_64_256", 80, 64, 256, 1, 1},
    {"layer1_1x1_256_64", 80, 256, 64, 1, 1},
    {"layer2_3x3_128_s2", 80, 128, 128, 3, 2},
    {"layer2_1x1_256_512_s2", 80, 256, 512, 1, 2},
    {"layer2_3x3_128", 40, 128, 128, 3, 1},
    {"layer2_1x1_128_512", 40, 128, 512, 1, 1},
    {"layer2_1x1_512_128", 40, 512, 128, 1, 1},
    {"layer3_3x3_256", 20, 256, 256, 3, 1},
    {"layer3_1x1_256_1024", 20, 256, 1024, 1, 1},
    {"layer3_1x1_1024_256", 20, 1024, 256, 1, 1},
    {"layer4_3x3_512", 10, 512, 512, 3, 1},
    {"layer4_1x1_512_2048", 10, 512, 2048, 1, 1},
    {"layer4_1x1_2048_512", 10, 2048, 512, 1, 1},
    {"decoder_ad2_3x3_512_64", 40, 512, 64, 3, 1},
    {"decoder_ad4_3x3_2048_64", 10, 2048, 64, 3, 1},
    {"decoder_fusion_3x3_192_64", 160, 192, 64, 3, 1},
    {"localvit_depthwise_3x3_384", 80, 384, 384, 3, 1, 384},
};

enum class Pass { kInference, kForward, kBackwardData, kBackwardWeight };

void convolve(benchmark::State& state, const Layer& layer, Pass pass, std::int64_t batch,
              Precision precision) {
  Exec& exec = bench_exec(precision);
  const DType dtype = dtype_of_products(precision);
  kernels::Conv2dParams params = layer.params();
  const Shape out = kernels::conv2d_output_shape(layer.x(batch), layer.weight(), params);
  Tensor x = random_tensor(exec, layer.x(batch), dtype);
  Tensor weight = random_tensor(exec, layer.weight(), dtype);
  Tensor bias = Tensor::full(exec, {layer.out}, 0.1, dtype), y = random_tensor(exec, out, dtype);
  kernels::PackedWeight packed;

  Work work{.precision = precision};
  work.flops = 2.0 * static_cast<double>(y.numel()) * static_cast<double>(weight.numel()) /
               static_cast<double>(layer.out);
  work.bytes = static_cast<double>(x.size_bytes() + weight.size_bytes() + y.size_bytes());
  run(state, work, [&] {
    switch (pass) {
      case Pass::kInference:
        params.relu = true;
        return kernels::conv2d(exec, x.view(), weight.view(), bias.view(), {}, y.mutable_view(),
                               params, &packed);
      case Pass::kForward:
        return kernels::conv2d(exec, x.view(), weight.view(), {}, {}, y.mutable_view(), params);
      case Pass::kBackwardData:
        return kernels::conv2d_backward_data(exec, y.view(), weight.view(), x.mutable_view(),
                                             params);
      case Pass::kBackwardWeight:
        return kernels::conv2d_backward_weight(exec, x.view(), y.view(), weight.mutable_view(), {},
                                               params);
    }
  });
}

void add(const std::string& pass_name, Pass pass, std::int64_t batch, Precision precision) {
  for (const Layer& layer : kLayers) {
    const std::string name =
        str("conv2d/", pass_name, "/", name_of_products(precision), "/", layer.name);
    benchmark::RegisterBenchmark(
        name.c_str(),
        [=, &layer](benchmark::State& state) { convolve(state, layer, pass, batch, precision); })
        ->Unit(benchmark::kMicrosecond)
        ->Apply(timed);
  }
}

// conv2d/<pass>/<precision>/<layer>; on the host inference at batch 1 and training at batch 2, on
// a GPU both at batch 8.
const bool registered = [] {
  if (on_cuda()) {
    for (const Precision precision : product_precisions()) {
      add("inference_batch8", Pass::kInference, 8, precision);
      add("forward_batch8", Pass::kForward, 8, precision);
      add("backward_data_batch8", Pass::kBackwardData, 8, precision);
      add("backward_weight_batch8", Pass::kBackwardWeight, 8, precision);
    }
    return true;
  }
  add("inference", Pass::kInference, 1, Precision::kFloat32);
  add("inference", Pass::kInference, 1, Precision::kBf16);
  add("forward", Pass::kForward, 2, Precision::kFloat32);
  add("backward_data", Pass::kBackwardData, 2, Precision::kFloat32);
  add("backward_weight", Pass::kBackwardWeight, 2, Precision::kFloat32);
  return true;
}();

}  // namespace
}  // namespace salix::bench
