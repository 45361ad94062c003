// The optimizer step on a2s's decoder and on the whole network: four reads, three writes.
#include "kernels/adam/adam.h"

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

void adam(benchmark::State& state, std::int64_t count) {
  const Shape shape{count};
  Tensor p = Tensor::full(bench_exec(), shape, 0.5), m = Tensor::zeros(bench_exec(), shape);
  Tensor v = Tensor::zeros(bench_exec(), shape);
  const Tensor g = Tensor::full(bench_exec(), shape, 1e-3);
  run(state, {.bytes = 7.0 * static_cast<double>(p.size_bytes())}, [&] {
    kernels::adam_step(bench_exec(), p.mutable_view(), g.view(), m.mutable_view(), v.mutable_view(),
                       {.learning_rate = 1e-3, .step = 2});
  });
}
void networks(benchmark::State& state) { adam(state, state.range(0)); }
BENCHMARK(networks)->Name("adam_step")->Arg(2192896)->Arg(25700928)->Apply(timed);

const bool large = [] {
  add_on_cuda("adam_step/large_67108864", [](auto& state) { adam(state, 67108864); });
  return true;
}();

}  // namespace
}  // namespace salix::bench
