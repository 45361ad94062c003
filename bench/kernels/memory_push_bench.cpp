// The memory bank moves on by one iteration of DHFR: a thousand prototypes a branch in a room for
// 25088, two iterations remembered.
#include "kernels/memory_push/memory_push.h"

#include "bench/support/roofline.h"

namespace salix::bench {
namespace {

void push(benchmark::State& state) {
  Exec& exec = bench_exec();
  const std::int64_t room = 8 * 56 * 56;
  const auto ints = [&](const std::vector<std::int32_t>& values, const Shape& shape) {
    return Tensor::from_host(exec, values, shape);
  };
  const Tensor fresh = random_tensor(exec, {1, room, 64}),
               old = random_tensor(exec, {2 * room, 64});
  const Tensor labels = Tensor::zeros(exec, {2 * room}, DType::kInt32);
  const Tensor fresh_labels = Tensor::zeros(exec, {1, room}, DType::kInt32);
  const Tensor bounds = ints({0, 1000, 2000, 3000, 4000}, {5});
  const Tensor fresh_bounds = ints({0, 1000, 2000}, {1, 3}), frozen = Tensor::zeros(exec, Shape{});
  Tensor moved = Tensor::empty(exec, old.shape()),
         moved_labels = Tensor::empty(exec, {2 * room}, DType::kInt32);
  Tensor moved_bounds = Tensor::empty(exec, {5}, DType::kInt32);
  run(state, {.bytes = static_cast<double>(moved.size_bytes()) + 4000 * 64 * 4}, [&] {
    kernels::memory_push(
        exec, {old.view(), labels.view(), bounds.view(), fresh.view(), fresh_labels.view(),
               fresh_bounds.view(), frozen.view(), moved.mutable_view(),
               moved_labels.mutable_view(), moved_bounds.mutable_view()});
  });
}
BENCHMARK(push)->Name("memory_push/float32/50176x64")->Unit(benchmark::kMicrosecond)->Apply(timed);

}  // namespace
}  // namespace salix::bench
