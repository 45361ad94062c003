// Pixels as unit vectors, and with their place, at the sizes of DHFR's embedding: four images in
// two branches, 56x56x64.
#include "kernels/unit_vectors/unit_vectors.h"

#include "bench/support/roofline.h"

namespace salix::bench {
namespace {

const Shape kMap{8, 56, 56, 64};

struct Buffers {
  Exec& exec = bench_exec();
  Tensor x = random_tensor(exec, kMap), dunit = random_tensor(exec, kMap);
  Tensor dlocated = random_tensor(exec, kMap.with(3, kMap[3] + 2));
  Tensor unit = Tensor::empty(exec, kMap), located = Tensor::empty(exec, dlocated.shape());
  Tensor norms = Tensor::empty(exec, kMap.with(3, 2)), dx = Tensor::empty(exec, kMap);

  void forward() {
    kernels::unit_vectors(
        exec, {x.view(), unit.mutable_view(), located.mutable_view(), norms.mutable_view()});
  }
  void backward() {
    kernels::unit_vectors_backward(exec, {dunit.view(), dlocated.view(), unit.view(),
                                          located.view(), norms.view(), dx.mutable_view()});
  }
  double bytes(std::initializer_list<Tensor> tensors) const {
    double sum = 0;
    for (const Tensor& tensor : tensors) sum += static_cast<double>(tensor.size_bytes());
    return sum;
  }
};

void forward(benchmark::State& state) {
  Buffers b;
  run(state, {.bytes = b.bytes({b.x, b.unit, b.located, b.norms})}, [&] { b.forward(); });
}
void backward(benchmark::State& state) {
  Buffers b;
  b.forward();
  run(state, {.bytes = b.bytes({b.dunit, b.dlocated, b.unit, b.located, b.norms, b.dx})},
      [&] { b.backward(); });
}
BENCHMARK(forward)
    ->Name("unit_vectors/forward/float32/8x56x56x64")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);
BENCHMARK(backward)
    ->Name("unit_vectors/backward/float32/8x56x56x64")
    ->Unit(benchmark::kMicrosecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
