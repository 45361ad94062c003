// Peak memory as benchmark counters: of the process, and of tensors alone.
#pragma once

#include <benchmark/benchmark.h>

namespace salix::bench {

// Adds peak_tensor_MiB (of bench_exec()'s allocator since its last reset_peak()) and peak_rss_MiB
// (of the process, the ceilings' buffers of 268 MiB included).
void add_memory(benchmark::State& state);

}  // namespace salix::bench
