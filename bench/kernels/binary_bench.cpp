// Functions of two values in the patterns of our networks: residual sums, gates per channel
// and per pixel, biases. The backward makes both gradients from one read of dy.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/binary/binary.h"

namespace salix::bench {
namespace {

using kernels::BinaryOp;

struct Pattern {
  const char* name;
  Shape a, b;
};
const std::vector<Pattern> kPatterns = with_large<Pattern>(
    {{"residual_80x80x256", {2, 80, 80, 256}, {2, 80, 80, 256}},
     {"bias_9216x384", {2, 9216, 384}, {384}},
     {"channel_gate_40x40x512", {2, 40, 40, 512}, {2, 1, 1, 512}},
     {"spatial_gate_80x80x64", {2, 80, 80, 64}, {2, 80, 80, 1}},
     {"scalar_320x320x1", {2, 320, 320, 1}, {1}}},
    {{"large_residual_32x160x160x64", {32, 160, 160, 64}, {32, 160, 160, 64}},
     {"large_channel_gate_32x160x160x64", {32, 160, 160, 64}, {32, 1, 1, 64}},
     {"large_spatial_gate_32x160x160x64", {32, 160, 160, 64}, {32, 160, 160, 1}}});

void forward(benchmark::State& state, BinaryOp op, const Pattern& pattern, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor a = Tensor::full(exec, pattern.a, 0.5, dtype);
  const Tensor b = Tensor::full(exec, pattern.b, 0.25, dtype);
  Tensor y = Tensor::empty(exec, pattern.a, dtype);
  run(state,
      {.bytes = static_cast<double>(2 * a.size_bytes() + b.size_bytes()),
       .precision = precision_of(dtype)},
      [&] { kernels::binary(exec, op, a.view(), b.view(), y.mutable_view()); });
}

void backward(benchmark::State& state, BinaryOp op, const Pattern& pattern, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor a = Tensor::full(exec, pattern.a, 0.5, dtype);
  const Tensor b = Tensor::full(exec, pattern.b, 0.25, dtype);
  const Tensor dy = Tensor::full(exec, pattern.a, 0.125, dtype);
  Tensor da = Tensor::empty(exec, pattern.a, dtype), db = Tensor::empty(exec, pattern.b, dtype);
  const kernels::BinaryReads reads = kernels::binary_backward_reads(op, true, true);
  const auto size = [](const Tensor& tensor, int times) {
    return static_cast<double>(tensor.size_bytes()) * times;
  };
  run(state,
      {.bytes = size(dy, 1) + size(a, reads.a ? 2 : 1) + size(b, reads.b ? 2 : 1),
       .precision = precision_of(dtype)},
      [&] {
        kernels::binary_backward(exec, op, a.view(), b.view(), dy.view(), da.mutable_view(),
                                 db.mutable_view());
      });
}

// <op>/<pass>/<dtype>/<pattern>
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const BinaryOp op : {BinaryOp::kAdd, BinaryOp::kMul, BinaryOp::kDiv}) {
      for (const Pattern& pattern : kPatterns) {
        const auto add = [&](const char* pass, auto function) {
          const std::string name =
              str(kernels::name_of(op), "/", pass, "/", dtype, "/", pattern.name);
          benchmark::RegisterBenchmark(
              name.c_str(),
              [=, &pattern](benchmark::State& state) { function(state, op, pattern, dtype); })
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
