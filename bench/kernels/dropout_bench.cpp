// Dropout and drop path over the tokens of a Swin transformer's first stage, batch 2. The
// backward is the same kernel.
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/dropout/dropout.h"

namespace salix::bench {
namespace {

using Function = void(Exec&, ConstView, View, const kernels::DropoutParams&);

void drop(benchmark::State& state, Function* function, const Shape& shape, DType dtype) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, shape, 0.5, dtype);
  Tensor y = x.clone();
  const kernels::DropoutParams params{{.seed = 1, .stream = 2, .step = 3}, 0.1f};
  run(state, {.bytes = 2.0 * static_cast<double>(x.size_bytes()), .precision = precision_of(dtype)},
      [&] { function(exec, x.view(), y.mutable_view(), params); });
}

// <op>/<dtype>/mlp_9216x384
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const auto add = [&](const char* op, Function* function) {
      const std::string name = str(op, "/", dtype, "/mlp_9216x384");
      benchmark::RegisterBenchmark(name.c_str(),
                                   [=](benchmark::State& state) {
                                     drop(state, function, {2, 9216, 384}, dtype);
                                   })
          ->Unit(benchmark::kMicrosecond)
          ->Apply(timed);
      add_on_cuda(str(op, "/", dtype, "/large_32x9216x192"), [=](benchmark::State& state) {
        drop(state, function, {32, 9216, 192}, dtype);
      });
    };
    add("dropout", kernels::dropout);
    add("drop_path", kernels::drop_path);
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
