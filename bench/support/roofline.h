// Times a benchmark's body and turns its declared bytes and FLOPs into GB/s, GFLOP/s and the
// share of the roofline: the time that the slower of memory and arithmetic needs at this
// machine's measured ceilings, over the time taken.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/exec.h"
#include "engine/tensor.h"

namespace salix::bench {

// In which a row's products are computed: they have a ceiling each.
enum class Precision {
  kFloat32,  // no rounding of operands
  kTf32,     // float32 buffers, operands rounded to TF32; CUDA only
  kBf16,     // operands in bfloat16
};
const char* name_of(Precision precision);
inline Precision precision_of(DType dtype) {
  return dtype == DType::kBFloat16 ? Precision::kBf16 : Precision::kFloat32;
}

// The type of the buffers, and that with TF32 set apart: float32, tf32, bfloat16.
inline DType dtype_of_products(Precision precision) {
  return precision == Precision::kBf16 ? DType::kBFloat16 : DType::kFloat32;
}
inline std::string name_of_products(Precision precision) {
  return precision == Precision::kTf32 ? "tf32" : str(dtype_of_products(precision));
}
// Those that this run's device tells apart.
std::vector<Precision> product_precisions();

// Measured with random numbers: constants would cost the units less power, and so raise clocks.
struct Ceilings {
  double bytes_per_s;         // a large copy, counting bytes read plus bytes written
  double matmul_flops_per_s;  // a large float32 matrix product through the vendor library
  double fma_flops_per_s;     // a loop of multiply-adds in registers; 0 on a GPU
  double tf32_flops_per_s;    // the product in TF32 and in bfloat16; 0 on the host, where rows
  double bf16_flops_per_s;    // in bfloat16 are held against float32's ceiling

  double flops_per_s(Precision precision) const;
};

// Measured once per process, in about a second.
const Ceilings& ceilings();

// What one iteration must at least do: each input read once, each output written once.
struct Work {
  double bytes = 0;
  double flops = 0;
  Precision precision = Precision::kFloat32;
};

// The device of this run: $SALIX_BENCH_DEVICE (cpu when unset), with $SALIX_BENCH_THREADS. One
// Exec of it allows TF32, and one does all else.
Exec& bench_exec(Precision precision = Precision::kFloat32);

// Whether that is a GPU; also before there is an Exec, to decide which rows exist.
bool on_cuda();

// For Apply(): the clock that run() reads, the GPU's own or real time.
void timed(benchmark::internal::Benchmark* benchmark);

// --- Rows on GPUs only: where the buffers of the other rows fit the L2 cache (50 MB on an H100),
// one size is needed that does not. Their names are <op>/<pass>/<dtype>/large_<size>. ---
template <typename Body>
void add_on_cuda(const std::string& name, const Body& body) {
  if (!on_cuda()) return;
  benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMicrosecond)->Apply(timed);
}
template <typename Size>
std::vector<Size> with_large(std::vector<Size> sizes, const std::vector<Size>& large) {
  if (on_cuda()) sizes.insert(sizes.end(), large.begin(), large.end());
  return sizes;
}

// Uniform in [-1, 1); a period of 2^20 numbers, so that large ones are made quickly.
Tensor random_tensor(Exec& exec, const Shape& shape, DType dtype = DType::kFloat32);

// Runs `body`, which works on bench_exec(work.precision), until the benchmark has enough, and
// adds the counters GB/s, GFLOP/s and roofline_% (of the work's own bound); the label is the
// precision. An error thrown by `body` is the row's.
// On the host it waits for every call. On a GPU a sample is as many calls in a row as fill 2 ms,
// between two events: the host may run ahead as in training. Counters there: median_us and min_us
// over the samples; launches, waits and copies of one call; and in_l2, 1 where the work's
// bytes fit the L2 cache, so that more than 100 % of the roofline is no surprise.
void run(benchmark::State& state, const Work& work, const std::function<void()>& body);

}  // namespace salix::bench
