#include "bench/support/roofline.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/support/device_timer.h"
#include "bench/support/fma_peak.h"
#include "kernels/matmul/matmul.h"

namespace salix::bench {
namespace {

constexpr double kSampleSeconds = 2e-3;
constexpr std::int64_t kMostCalls = 4096;

const char* device_setting() {
  const char* device = std::getenv("SALIX_BENCH_DEVICE");
  return device != nullptr ? device : "cpu";
}

double wall_seconds(Exec& exec, const std::function<void()>& body) {
  exec.synchronize();
  const auto start = std::chrono::steady_clock::now();
  body();
  exec.synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The best of several runs: a ceiling is what the machine can do, not what it did on average.
double best_seconds(Exec& exec, const std::function<void()>& body) {
  body();
  double best = 1e30;
  for (int i = 0; i < 7; ++i) {
    const double s = on_cuda() ? device_seconds(exec, 4, body) / 4 : wall_seconds(exec, body);
    best = std::min(best, s);
  }
  return best;
}

double copy_bytes_per_s(Exec& exec) {
  const std::int64_t elements = std::int64_t{1} << (on_cuda() ? 28 : 25);
  const Tensor from = random_tensor(exec, {elements});
  Tensor to = Tensor::empty(exec, {elements});
  return 2.0 * static_cast<double>(from.size_bytes()) /
         best_seconds(exec, [&] { to.copy_from(from); });
}

double product_flops_per_s(Precision precision) {
  Exec& exec = bench_exec(precision);
  const DType dtype = precision == Precision::kBf16 ? DType::kBFloat16 : DType::kFloat32;
  const std::int64_t n = on_cuda() ? 8192 : 1536;
  const Tensor a = random_tensor(exec, {n, n}, dtype), b = random_tensor(exec, {n, n}, dtype);
  Tensor y = Tensor::empty(exec, {n, n}, dtype);
  const double seconds = best_seconds(
      exec, [&] { kernels::matmul(exec, a.view(), b.view(), {}, y.mutable_view(), {}); });
  const auto size = static_cast<double>(n);
  return 2.0 * size * size * size / seconds;
}

Ceilings measure() {
  Ceilings found{copy_bytes_per_s(bench_exec()), product_flops_per_s(Precision::kFloat32), 0, 0, 0};
  if (on_cuda()) {
    found.tf32_flops_per_s = product_flops_per_s(Precision::kTf32);
    found.bf16_flops_per_s = product_flops_per_s(Precision::kBf16);
    bench_exec(Precision::kTf32).allocator()->release_cached();
  } else {
    found.fma_flops_per_s = fma_flops_per_s();
  }
  bench_exec().allocator()->release_cached();
  return found;
}

Exec& make_exec(bool allow_tf32) {
  const char* threads = std::getenv("SALIX_BENCH_THREADS");
  ExecOptions options;
  options.threads = threads != nullptr ? std::atoi(threads) : 0;
  options.allow_tf32 = allow_tf32;
  // Never destroyed, on purpose: static destructors would run after those of the vendor's
  // libraries, which are loaded later, and destroying their handles then may crash.
  return *new Exec(Device::parse(device_setting()), options);
}

void add_counters(benchmark::State& state, const Work& work) {
  const Ceilings& roof = ceilings();
  const double bound_s =
      std::max(work.bytes / roof.bytes_per_s, work.flops / roof.flops_per_s(work.precision));
  using benchmark::Counter;
  const auto rate = Counter::kIsIterationInvariantRate;
  if (work.bytes > 0) state.counters["GB/s"] = Counter(work.bytes * 1e-9, rate);
  if (work.flops > 0) state.counters["GFLOP/s"] = Counter(work.flops * 1e-9, rate);
  state.counters["roofline_%"] = Counter(100 * bound_s, rate);
  state.SetLabel(name_of(work.precision));
}

void run_on_host(benchmark::State& state, Exec& exec, const std::function<void()>& body) {
  body();  // plans, caches and first page faults stay out of the figure
  exec.synchronize();
  for (auto _ : state) {
    body();
    exec.synchronize();
  }
}

// How many calls fill a sample; the calls it needs to find out warm up clocks and caches, too.
std::int64_t calls_per_sample(Exec& exec, const std::function<void()>& body) {
  device_seconds(exec, 2, body);  // plans are made, and memory is taken, in the first
  std::int64_t count = 1;
  for (;;) {
    const double seconds = device_seconds(exec, count, body);
    if (seconds >= kSampleSeconds) return count;
    if (count == kMostCalls) return count;
    const double wanted =
        1.1 * kSampleSeconds * static_cast<double>(count) / std::max(seconds, 1e-6);
    count = std::clamp(static_cast<std::int64_t>(wanted), count + 1, kMostCalls);
  }
}

void run_on_cuda(benchmark::State& state, const Work& work, Exec& exec,
                 const std::function<void()>& body) {
  const std::int64_t count = calls_per_sample(exec, body);
  std::vector<double> samples;
  const DeviceCounts before = exec.backend().counts();
  while (state.KeepRunningBatch(count)) {
    const double seconds = device_seconds(exec, count, body);
    state.SetIterationTime(seconds);
    samples.push_back(1e6 * seconds / static_cast<double>(count));
  }
  const DeviceCounts counts = exec.backend().counts() - before;
  const auto calls = static_cast<double>(samples.size()) * static_cast<double>(count);
  state.counters["launches"] = static_cast<double>(counts.launches) / calls;
  state.counters["waits"] = static_cast<double>(counts.waits) / calls;
  state.counters["copies"] = static_cast<double>(counts.copies) / calls;
  std::ranges::sort(samples);
  state.counters["median_us"] = samples[samples.size() / 2];
  state.counters["min_us"] = samples.front();
  if (work.bytes > 0) {
    state.counters["in_l2"] = work.bytes < static_cast<double>(l2_cache_bytes(exec)) ? 1 : 0;
  }
}

}  // namespace

const char* name_of(Precision precision) {
  if (precision == Precision::kBf16) return "bf16";
  return precision == Precision::kTf32 ? "tf32" : "float32";
}

std::vector<Precision> product_precisions() {
  if (!on_cuda()) return {Precision::kFloat32, Precision::kBf16};
  return {Precision::kBf16, Precision::kTf32, Precision::kFloat32};
}

double Ceilings::flops_per_s(Precision precision) const {
  // The higher of the two: a library's product need not reach the units' peak.
  const double float32 = std::max(matmul_flops_per_s, fma_flops_per_s);
  if (precision == Precision::kTf32 && tf32_flops_per_s > 0) return tf32_flops_per_s;
  if (precision == Precision::kBf16 && bf16_flops_per_s > 0) return bf16_flops_per_s;
  return float32;
}

const Ceilings& ceilings() {
  static const Ceilings found = measure();
  return found;
}

Exec& bench_exec(Precision precision) {
  if (precision == Precision::kTf32) {
    static Exec& tf32 = make_exec(true);
    return tf32;
  }
  static Exec& exec = make_exec(false);
  return exec;
}

bool on_cuda() { return std::strncmp(device_setting(), "cuda", 4) == 0; }

void timed(benchmark::internal::Benchmark* benchmark) {
  if (on_cuda()) {
    benchmark->UseManualTime();
  } else {
    benchmark->UseRealTime();
  }
}

Tensor random_tensor(Exec& exec, const Shape& shape, DType dtype) {
  constexpr std::int64_t kPeriod = 1 << 20;
  const std::int64_t total = shape.numel();
  std::vector<float> values(static_cast<std::size_t>(std::min(kPeriod, total)));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = 2.0f * philox_uniform({1, 0, 0}, i) - 1.0f;
  const auto period = static_cast<std::int64_t>(values.size());
  const Tensor numbers = Tensor::from_host(exec, values, {period}).to(dtype);
  Tensor y = Tensor::empty(exec, shape, dtype);
  for (std::int64_t done = 0; done < total; done += period) {
    const auto bytes = static_cast<std::size_t>(std::min(period, total - done)) * size_of(dtype);
    exec.backend().copy(
        numbers.view().data,
        static_cast<char*>(y.mutable_view().data) + static_cast<std::size_t>(done) * size_of(dtype),
        bytes);
  }
  return y;
}

void run(benchmark::State& state, const Work& work, const std::function<void()>& body) {
  Exec& exec = bench_exec(work.precision);
  try {
    if (on_cuda()) {
      run_on_cuda(state, work, exec, body);
    } else {
      run_on_host(state, exec, body);
    }
    add_counters(state, work);
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());  // the other rows still count
  }
}

}  // namespace salix::bench
