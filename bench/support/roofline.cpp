#include "bench/support/roofline.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "bench/support/fma_peak.h"
#include "engine/tensor.h"
#include "kernels/matmul/matmul.h"

namespace salix::bench {
namespace {

// The best of several runs: a ceiling is what the machine can do, not what it did on average.
template <typename Body>
double best_seconds(Exec& exec, int runs, const Body& body) {
  double best = 1e30;
  for (int i = 0; i < runs; ++i) {
    exec.synchronize();
    const auto start = std::chrono::steady_clock::now();
    body();
    exec.synchronize();
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

Ceilings measure(Exec& exec) {
  const bool is_gpu = !exec.device().is_host();
  const std::int64_t elements = std::int64_t{1} << (is_gpu ? 28 : 25);
  const Tensor from = Tensor::full(exec, {elements}, 1.5);
  Tensor to = Tensor::empty(exec, {elements});
  const double copy_s = best_seconds(exec, 7, [&] { to.copy_from(from); });

  const std::int64_t n = is_gpu ? 8192 : 1536;
  const Tensor a = Tensor::full(exec, {n, n}, 0.5), b = Tensor::full(exec, {n, n}, 0.25);
  Tensor y = Tensor::empty(exec, {n, n});
  const double product_s = best_seconds(
      exec, 7, [&] { kernels::matmul(exec, a.view(), b.view(), {}, y.mutable_view(), {}); });
  const double cube = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
  return {2.0 * static_cast<double>(from.size_bytes()) / copy_s, 2.0 * cube / product_s,
          is_gpu ? 0.0 : fma_flops_per_s()};
}

}  // namespace

Exec& bench_exec() {
  static const std::unique_ptr<Exec> exec = [] {
    const char* device = std::getenv("SALIX_BENCH_DEVICE");
    const char* threads = std::getenv("SALIX_BENCH_THREADS");
    ExecOptions options;
    options.threads = threads != nullptr ? std::atoi(threads) : 0;
    return std::make_unique<Exec>(Device::parse(device != nullptr ? device : "cpu"), options);
  }();
  return *exec;
}

const Ceilings& ceilings(Exec& exec) {
  static std::map<std::string, Ceilings> known;
  const std::string key = exec.device().to_string();
  const auto found = known.find(key);
  return found != known.end() ? found->second : known.emplace(key, measure(exec)).first->second;
}

void add_counters(benchmark::State& state, const Work& work) {
  const Ceilings& roof = ceilings(bench_exec());
  const double bound_s = std::max(work.bytes / roof.bytes_per_s, work.flops / roof.flops_per_s());
  using benchmark::Counter;
  const auto rate = Counter::kIsIterationInvariantRate;
  if (work.bytes > 0) state.counters["GB/s"] = Counter(work.bytes * 1e-9, rate);
  if (work.flops > 0) state.counters["GFLOP/s"] = Counter(work.flops * 1e-9, rate);
  state.counters["roofline_%"] = Counter(100 * bound_s, rate);
}

}  // namespace salix::bench
