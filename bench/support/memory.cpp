#include "bench/support/memory.h"

#include <sys/resource.h>

#include "bench/support/roofline.h"

namespace salix::bench {

void release_memory() {
  bench_exec().allocator()->release_cached();
  if (on_cuda()) bench_exec(Precision::kTf32).allocator()->release_cached();
}

void add_memory(benchmark::State& state, Exec& exec) {
  const MemoryStats stats = exec.allocator()->stats();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters[on_cuda() ? "peak_device_MiB" : "peak_tensor_MiB"] =
      static_cast<double>(stats.peak_bytes) / (1 << 20);
  state.counters["peak_rss_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace salix::bench
