// Max pooling of ResNet-50's stem on a 320x320 image. Bytes: x once, y and the int32 index
// once; in the backward dy, the index and dx once.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/max_pool2d/max_pool2d.h"

namespace salix::bench {
namespace {

constexpr kernels::MaxPool2dParams kStem{.kernel = 3, .stride = 2, .padding = 1};

enum class Pass { kInference, kForward, kBackward };

void max_pool(benchmark::State& state, Pass pass, std::int64_t batch, DType dtype) {
  Exec& exec = bench_exec();
  Tensor x = Tensor::full(exec, {batch, 160, 160, 64}, 0.5, dtype);
  Tensor y = Tensor::full(exec, {batch, 80, 80, 64}, 0.5, dtype);
  Tensor index = Tensor::zeros(exec, y.shape(), DType::kInt32);
  Work work;
  work.precision = precision_of(dtype);
  work.bytes = static_cast<double>(x.size_bytes() + y.size_bytes());
  if (pass != Pass::kInference) work.bytes += static_cast<double>(index.size_bytes());
  run(state, work, [&] {
    if (pass == Pass::kBackward) {
      return kernels::max_pool2d_backward(exec, y.view(), index.view(), x.mutable_view(), kStem);
    }
    const bool wants_index = pass == Pass::kForward;
    kernels::max_pool2d(exec, x.view(), y.mutable_view(),
                        wants_index ? index.mutable_view() : View{}, kStem);
  });
}

BENCHMARK_CAPTURE(max_pool, inference, Pass::kInference, 1, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(max_pool, forward, Pass::kForward, 8, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(max_pool, forward_bf16, Pass::kForward, 8, DType::kBFloat16)->Apply(timed);
BENCHMARK_CAPTURE(max_pool, backward, Pass::kBackward, 8, DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(max_pool, backward_bf16, Pass::kBackward, 8, DType::kBFloat16)->Apply(timed);

const bool large = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    add_on_cuda(str("max_pool/inference/", dtype, "/large_32x160x160x64"),
                [=](auto& state) { max_pool(state, Pass::kInference, 32, dtype); });
    add_on_cuda(str("max_pool/forward/", dtype, "/large_32x160x160x64"),
                [=](auto& state) { max_pool(state, Pass::kForward, 32, dtype); });
    add_on_cuda(str("max_pool/backward/", dtype, "/large_32x160x160x64"),
                [=](auto& state) { max_pool(state, Pass::kBackward, 32, dtype); });
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
