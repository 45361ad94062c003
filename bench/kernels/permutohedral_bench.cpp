// The lattice of a 320x320 image: building it and filtering with it, smoothing (2 dimensions)
// and appearance (5 dimensions, on a painted scene). Bytes are those of features, weights,
// vertex numbers and values, each touched once; the vertices' own traffic comes on top.
#include "bench/support/roofline.h"
#include "data/scenes/synthetic_scene.h"
#include "engine/tensor.h"
#include "kernels/permutohedral/permutohedral.h"

namespace salix::bench {
namespace {

constexpr int kSide = 320;
constexpr std::int64_t kPoints = std::int64_t{kSide} * kSide;

Tensor features(int dims) {
  const data::Scene scene = data::paint_scene(1, 0, {.height = kSide, .width = kSide});
  const float sigma = dims == 2 ? 3.0f : 50.0f;
  std::vector<float> values(static_cast<std::size_t>(dims * kPoints));
  for (std::size_t p = 0; p < kPoints; ++p) {
    values[p] = static_cast<float>(p % kSide) / sigma;
    values[kPoints + p] = static_cast<float>(p / kSide) / sigma;
    for (std::size_t c = 2; c < static_cast<std::size_t>(dims); ++c) {
      values[c * kPoints + p] = static_cast<float>(scene.image.pixels[3 * p + c - 2]) / 5.0f;
    }
  }
  return Tensor::from_host(bench_exec(), values, {dims, kPoints});
}

struct Buffers {
  Tensor feature, weight, vertex, key, neighbour;

  explicit Buffers(int dims)
      : feature(features(dims)),
        weight(Tensor::empty(bench_exec(), {kPoints, dims + 1})),
        vertex(Tensor::empty(bench_exec(), {kPoints, dims + 1}, DType::kInt32)),
        key(Tensor::empty(bench_exec(), {kPoints * (dims + 1)}, DType::kInt64)) {
    build();
  }
  void build() {
    const std::int64_t count =
        kernels::permutohedral_vertices(bench_exec(), feature.view(), weight.mutable_view(),
                                        vertex.mutable_view(), key.mutable_view());
    const Shape shape{feature.dim(0) + 1, 2, count};
    if (!neighbour) neighbour = Tensor::empty(bench_exec(), shape, DType::kInt32);
    kernels::permutohedral_neighbours(bench_exec(), {key.view().data, {count}, DType::kInt64},
                                      neighbour.mutable_view());
  }
};

void build(benchmark::State& state) {
  Buffers buffers(static_cast<int>(state.range(0)));
  const auto bytes = buffers.feature.size_bytes() + 2 * buffers.weight.size_bytes();
  run(state, {.bytes = static_cast<double>(bytes)}, [&] { buffers.build(); });
  state.counters["vertices"] = static_cast<double>(buffers.neighbour.dim(2));
}
BENCHMARK(build)->Name("permutohedral_build")->ArgName("dims")->Arg(2)->Arg(5)->Apply(timed);

void filter(benchmark::State& state) {
  const Buffers buffers(static_cast<int>(state.range(0)));
  const Tensor x = Tensor::full(bench_exec(), {kPoints}, 0.5);
  Tensor y = Tensor::empty(bench_exec(), {kPoints});
  const auto bytes = 4 * buffers.weight.size_bytes() + 2 * x.size_bytes();
  run(state, {.bytes = static_cast<double>(bytes)}, [&] {
    kernels::permutohedral_filter(
        bench_exec(), {buffers.weight.view(), buffers.vertex.view(), buffers.neighbour.view()},
        x.view(), y.mutable_view());
  });
}
BENCHMARK(filter)->Name("permutohedral_filter")->ArgName("dims")->Arg(2)->Arg(5)->Apply(timed);

}  // namespace
}  // namespace salix::bench
