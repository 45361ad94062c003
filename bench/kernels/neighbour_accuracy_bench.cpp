// The accuracy that is logged: six sets of a thousand prototypes of 64 channels each.
#include "layers/functional/segment_contrast.h"

#include "bench/support/roofline.h"

namespace salix::bench {
namespace {

PrototypeTable table(Exec& exec, int count) {
  std::vector<std::int32_t> labels(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < labels.size(); ++k) labels[k] = static_cast<std::int32_t>(k % 3);
  return {random_tensor(exec, {count, 64}), Tensor::from_host(exec, labels, {count}),
          Tensor::from_host(exec, std::vector<std::int32_t>{0, count}, {2})};
}

void accuracy(benchmark::State& state) {
  Exec& exec = bench_exec();
  const PrototypeTable current = table(exec, 2000), memory = table(exec, 4000);
  run(state, {.bytes = 6000 * 64 * 4, .flops = 6000.0 * 6000 * 64 * 2},
      [&] { benchmark::DoNotOptimize(neighbour_accuracy(current, memory).view().data); });
}
BENCHMARK(accuracy)
    ->Name("neighbour_accuracy/forward/float32/6000x64")
    ->Unit(benchmark::kMillisecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
