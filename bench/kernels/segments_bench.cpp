// Numbering segments, and their prototypes, at DHFR's sizes: see bench/support/segment_scene.h.
#include "kernels/segments/segments.h"

#include "bench/support/segment_scene.h"

namespace salix::bench {
namespace {

void number(benchmark::State& state) {
  const SegmentScene scene = make_segment_scene(bench_exec(), 8);
  const double pixels = static_cast<double>(scene.clusters.numel());
  run(state, {.bytes = 4 * 6 * pixels}, [&] {
    benchmark::DoNotOptimize(
        number_segments(scene.clusters, scene.semantic, scene.instance).ids.view().data);
  });
}
BENCHMARK(number)
    ->Name("number_segments/forward/int32/8x56x56")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

// The whole room is written, as far as there are segments and zeros behind them.
void prototypes(benchmark::State& state) {
  Exec& exec = bench_exec();
  const Segments segments = make_segment_scene(exec, 8).segments;
  const bool is_backward = state.range(0) != 0;
  const Tensor rows = random_tensor(exec, {8, 56, 56, 66});
  const Shape room{segments.ids.numel(), 66};
  Tensor found = Tensor::empty(exec, room), norms = Tensor::empty(exec, {room[0]});
  Tensor drows = Tensor::empty(exec, rows.shape());
  const Tensor upstream = random_tensor(exec, room);
  const auto forward = [&] {
    kernels::segment_prototypes(exec, {rows.view(), segments.ids.view(), segments.bounds.view(),
                                       found.mutable_view(), norms.mutable_view()});
  };
  forward();
  const double bytes = static_cast<double>(rows.size_bytes() + found.size_bytes());
  run(state, {.bytes = bytes}, [&] {
    if (!is_backward) return forward();
    kernels::segment_prototypes_backward(
        exec, {upstream.view(), found.view(), norms.view(), segments.ids.view(),
               segments.bounds.view(), drows.mutable_view()});
  });
}
BENCHMARK(prototypes)
    ->Name("segment_prototypes/float32/8x56x56x66")
    ->ArgName("backward")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
