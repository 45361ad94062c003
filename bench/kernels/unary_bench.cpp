// Functions of one value at maps of a2s (320x320, batch 2) and tokens of the Swin
// transformer (384x384). They move bytes: the roofline is the memory's.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/unary/unary.h"

namespace salix::bench {
namespace {

using kernels::UnaryOp;

struct Map {
  const char* name;
  Shape shape;
};
const std::vector<Map> kMaps = with_large<Map>({{"stem_160x160x64", {2, 160, 160, 64}},
                                                {"layer3_20x20x1024", {2, 20, 20, 1024}},
                                                {"logits_320x320x1", {2, 320, 320, 1}},
                                                {"mlp_9216x384", {2, 9216, 384}}},
                                               {{"large_32x160x160x64", {32, 160, 160, 64}}});
const UnaryOp kOps[] = {UnaryOp::kRelu, UnaryOp::kGelu, UnaryOp::kSigmoid, UnaryOp::kHardswish,
                        UnaryOp::kExp,  UnaryOp::kLog,  UnaryOp::kAffine};

void forward(benchmark::State& state, UnaryOp op, const Map& map, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, map.shape, 0.5, dtype);
  Tensor y = Tensor::empty(exec, map.shape, dtype);
  run(state, {.bytes = 2.0 * static_cast<double>(x.size_bytes()), .precision = precision_of(dtype)},
      [&] { kernels::unary(exec, op, x.view(), y.mutable_view()); });
}

void backward(benchmark::State& state, UnaryOp op, const Map& map, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor saved = Tensor::full(exec, map.shape, 0.5, dtype);
  const Tensor dy = Tensor::full(exec, map.shape, 0.25, dtype);
  Tensor dx = Tensor::empty(exec, map.shape, dtype);
  const double buffers = kernels::unary_saves(op) == kernels::UnarySaves::kNothing ? 2.0 : 3.0;
  run(state,
      {.bytes = buffers * static_cast<double>(dx.size_bytes()), .precision = precision_of(dtype)},
      [&] { kernels::unary_backward(exec, op, saved.view(), dy.view(), dx.mutable_view()); });
}

// <op>/<pass>/<dtype>/<map>
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const UnaryOp op : kOps) {
      for (const Map& map : kMaps) {
        const auto add = [&](const char* pass, auto function) {
          const std::string name = str(kernels::name_of(op), "/", pass, "/", dtype, "/", map.name);
          benchmark::RegisterBenchmark(
              name.c_str(), [=, &map](benchmark::State& state) { function(state, op, map, dtype); })
              ->Unit(benchmark::kMicrosecond)
              ->Apply(timed);
        };
        add("forward", forward);
        add("backward", backward);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
