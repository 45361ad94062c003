// The segment-contrastive loss with both slopes, as DHFR uses it: inside each of eight images by
// region (img_sim), and over the batch by scribble (sem_ann). See bench/support/segment_scene.h.
#include "layers/functional/segment_contrast.h"

#include "bench/support/segment_scene.h"
#include "engine/autograd/tape.h"
#include "layers/functional/unit_vectors.h"

namespace salix::bench {
namespace {

void contrast(benchmark::State& state) {
  Exec& exec = bench_exec();
  const bool by_image = state.range(0) != 0;
  const Segments segments = make_segment_scene(exec, 8).segments;
  const UnitVectors vectors = unit_vectors({random_tensor(exec, {8, 56, 56, 64})});
  Tensor rows = by_image ? vectors.located : vectors.unit;
  Tensor prototypes = segment_prototypes(rows, segments);
  rows.set_requires_grad(true);
  prototypes.set_requires_grad(true);
  const SegmentContrastParams params{.concentration = by_image ? 16.0f : 6.0f,
                                     .classes = by_image ? 0 : 2,
                                     .groups = by_image ? 8 : 1};
  // Pairs of rows and prototypes; each is multiplied three times.
  const auto bounds = segments.bounds.to_vector<std::int32_t>();
  double pairs = bounds.back() / 8.0 * static_cast<double>(segments.ids.numel());
  if (!by_image) {
    double labelled = 0, known = 0;
    for (const auto label : segments.pixel_semantic.to_vector<std::int32_t>())
      labelled += label < 2;
    for (const auto label : segments.semantic.to_vector<std::int32_t>())
      known += label == 0 || label == 1;
    pairs = labelled * known;
  }
  const double bytes = 2 * static_cast<double>(rows.size_bytes() + prototypes.size_bytes());
  run(state, {.bytes = bytes, .flops = pairs * (6.0 * static_cast<double>(rows.dim(3)) + 10)}, [&] {
    const Tensor loss = segment_contrast(
        {rows, by_image ? segments.pixel_instance : segments.pixel_semantic, segments.ids},
        {prototypes, by_image ? segments.instance : segments.semantic, segments.bounds}, {},
        params);
    benchmark::DoNotOptimize(loss.view().data);
  });
}
BENCHMARK(contrast)
    ->Name("segment_contrast/with_slopes/float32")
    ->ArgName("by_image")
    ->Arg(1)
    ->Arg(0)
    ->Unit(benchmark::kMillisecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
