#include "bench/support/memory.h"

#include <sys/resource.h>

#include "bench/support/roofline.h"

namespace salix::bench {

void add_memory(benchmark::State& state) {
  const MemoryStats stats = bench_exec().allocator()->stats();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_tensor_MiB"] = static_cast<double>(stats.peak_bytes) / (1 << 20);
  state.counters["peak_rss_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace salix::bench
