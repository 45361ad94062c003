// Softmax over the rows of window attention (49 or 144 keys) and log-softmax over pixels of a
// memory bank; [rows, keys].
#include <string>

#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/softmax/softmax.h"

namespace salix::bench {
namespace {

struct Rows {
  const char* name;
  Shape shape;
};
const std::vector<Rows> kRows =
    with_large<Rows>({{"window7_28224x49", {28224, 49}},
                      {"window12_27648x144", {27648, 144}},
                      {"bank_4096x1024", {4096, 1024}}},
                     {{"large_1048576x49", {1048576, 49}}, {"large_65536x1024", {65536, 1024}}});

void forward(benchmark::State& state, const Rows& rows, DType dtype, bool log) {
  Exec& exec = bench_exec();
  const Tensor x = Tensor::full(exec, rows.shape, 0.5, dtype);
  Tensor y = x.clone();
  run(state, {.bytes = 2.0 * static_cast<double>(x.size_bytes()), .precision = precision_of(dtype)},
      [&] { kernels::softmax(exec, x.view(), y.mutable_view(), {log}); });
}

void backward(benchmark::State& state, const Rows& rows, DType dtype, bool log) {
  Exec& exec = bench_exec();
  const Tensor y = Tensor::full(exec, rows.shape, -0.5, dtype), dy = y.clone();
  Tensor dx = y.clone();
  run(state, {.bytes = 3.0 * static_cast<double>(y.size_bytes()), .precision = precision_of(dtype)},
      [&] { kernels::softmax_backward(exec, dy.view(), y.view(), dx.mutable_view(), {log}); });
}

// <op>/<pass>/<dtype>/<rows>
const bool registered = [] {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Rows& rows : kRows) {
      for (const bool log : {false, true}) {
        const auto add = [&](const char* pass, auto function) {
          const std::string name =
              str(log ? "log_softmax/" : "softmax/", pass, "/", dtype, "/", rows.name);
          benchmark::RegisterBenchmark(
              name.c_str(),
              [=, &rows](benchmark::State& state) { function(state, rows, dtype, log); })
              ->Unit(benchmark::kMicrosecond)
              ->Apply(timed);
        };
        add("forward", forward);
        add("backward", backward);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
