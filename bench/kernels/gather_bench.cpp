// Table look-up: a Swin layer's relative-position bias (2401 rows of 12 from a table of 169)
// and long rows from a large table. The backward reads dy and writes the table once.
#include "bench/support/roofline.h"
#include "engine/tensor.h"
#include "kernels/gather/gather.h"

namespace salix::bench {
namespace {

void gather(benchmark::State& state, bool backward, const Shape& table_shape, std::int64_t count) {
  Exec& exec = bench_exec();
  Tensor table = Tensor::full(exec, table_shape, 0.5);
  std::vector<std::int32_t> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    rows.push_back(static_cast<std::int32_t>(i * 7919 % table_shape[0]));
  }
  const Tensor index = Tensor::from_host(exec, rows, {count});
  Tensor y = Tensor::full(exec, {count, table_shape[1]}, 0.5);
  Work work;
  const double picked = static_cast<double>(y.size_bytes());
  work.bytes = static_cast<double>(index.size_bytes()) + picked +
               (backward ? static_cast<double>(table.size_bytes()) : picked);
  run(state, work, [&] {
    if (backward) {
      return kernels::gather_backward(exec, y.view(), index.view(), table.mutable_view());
    }
    kernels::gather(exec, table.view(), index.view(), y.mutable_view());
  });
}

const Shape kBias{169, 12}, kLarge{4096, 256};

BENCHMARK_CAPTURE(gather, bias, false, kBias, 2401)->Apply(timed);
BENCHMARK_CAPTURE(gather, bias_backward, true, kBias, 2401)->Apply(timed);
BENCHMARK_CAPTURE(gather, large, false, kLarge, 32768)->Apply(timed);
BENCHMARK_CAPTURE(gather, large_backward, true, kLarge, 32768)->Apply(timed);

const bool large = [] {
  add_on_cuda("gather/forward/float32/large_262144_of_65536x256", [](auto& state) {
    gather(state, false, {65536, 256}, 262144);
  });
  return true;
}();

}  // namespace
}  // namespace salix::bench
