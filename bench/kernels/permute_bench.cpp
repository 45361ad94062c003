// Permutations: an image between NCHW and NHWC, a feature map likewise, and the cutting of a
// Swin map into windows.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/permute/permute.h"

namespace salix::bench {
namespace {

void permute(benchmark::State& state, const Shape& in, const std::vector<int>& order, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, in, 0.5, dtype);
  std::vector<std::int64_t> sizes;
  for (const int axis : order) sizes.push_back(in[axis]);
  Tensor y = Tensor::full(exec, Shape(std::span<const std::int64_t>(sizes)), 0.5, dtype);
  Work work;
  work.precision = precision_of(dtype);
  work.bytes = 2.0 * static_cast<double>(y.size_bytes());
  run(state, work, [&] { kernels::permute(exec, x.view(), y.mutable_view(), order); });
}

using Order = std::vector<int>;
const Shape kImage{8, 3, 320, 320}, kMap{8, 160, 160, 64}, kWindows{8, 12, 7, 12, 7, 96};

BENCHMARK_CAPTURE(permute, image_to_nhwc, kImage, Order({0, 2, 3, 1}), DType::kFloat32)
    ->Apply(timed);
BENCHMARK_CAPTURE(permute, map_to_nchw, kMap, Order({0, 3, 1, 2}), DType::kFloat32)->Apply(timed);
BENCHMARK_CAPTURE(permute, map_to_nchw_bf16, kMap, Order({0, 3, 1, 2}), DType::kBFloat16)
    ->Apply(timed);
BENCHMARK_CAPTURE(permute, windows, kWindows, Order({0, 1, 3, 2, 4, 5}), DType::kFloat32)
    ->Apply(timed);

const bool large = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const std::string head = str("permute/forward/", dtype, "/large_");
    add_on_cuda(head + "image_to_nhwc_64x3x320x320", [=](auto& state) {
      permute(state, {64, 3, 320, 320}, {0, 2, 3, 1}, dtype);
    });
    add_on_cuda(head + "map_to_nchw_32x160x160x64", [=](auto& state) {
      permute(state, {32, 160, 160, 64}, {0, 3, 1, 2}, dtype);
    });
    add_on_cuda(head + "windows_64x12x7x12x7x96", [=](auto& state) {
      permute(state, {64, 12, 7, 12, 7, 96}, {0, 1, 3, 2, 4, 5}, dtype);
    });
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
