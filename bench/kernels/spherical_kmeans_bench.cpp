// k-means at DHFR's sizes: 56x56 pixels of 66 channels, 36 centres, ten rounds; four images, and
// both branches of four.
#include "kernels/spherical_kmeans/spherical_kmeans.h"

#include "bench/support/roofline.h"

namespace salix::bench {
namespace {

void ten_rounds(benchmark::State& state) {
  Exec& exec = bench_exec();
  const Tensor z = random_tensor(exec, {state.range(0), 56, 56, 66});
  Tensor assignment = Tensor::empty(exec, {state.range(0), 56, 56}, DType::kInt32);
  // A round multiplies every pixel with every centre, and adds it to one.
  const double per_round = static_cast<double>(z.numel()) * (2 * 36 + 1);
  run(state, {.bytes = static_cast<double>(z.size_bytes()), .flops = 10 * per_round},
      [&] { kernels::spherical_kmeans(exec, z.view(), assignment.mutable_view(), {}); });
}
BENCHMARK(ten_rounds)
    ->Name("spherical_kmeans/forward/float32")
    ->ArgName("images")
    ->Arg(4)
    ->Arg(8)
    ->Unit(benchmark::kMillisecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
