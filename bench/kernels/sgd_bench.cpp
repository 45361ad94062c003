// The optimizer step on a2s's decoder and on the whole network: three reads, two writes.
#include "kernels/sgd/sgd.h"

#include "bench/support/roofline.h"
#include "engine/tensor.h"

namespace salix::bench {
namespace {

void sgd(benchmark::State& state, std::int64_t count) {
  const Shape shape{count};
  Tensor p = Tensor::full(bench_exec(), shape, 0.5), v = Tensor::zeros(bench_exec(), shape);
  const Tensor g = Tensor::full(bench_exec(), shape, 1e-3);
  run(state, {.bytes = 5.0 * static_cast<double>(p.size_bytes())}, [&] {
    kernels::sgd_step(bench_exec(), p.mutable_view(), g.view(), v.mutable_view(),
                      {.learning_rate = 1e-3});
  });
}
void networks(benchmark::State& state) { sgd(state, state.range(0)); }
BENCHMARK(networks)->Name("sgd_step")->Arg(2192896)->Arg(25700928)->Apply(timed);

const bool large = [] {
  add_on_cuda("sgd_step/large_67108864", [](auto& state) { sgd(state, 67108864); });
  return true;
}();

}  // namespace
}  // namespace salix::bench
