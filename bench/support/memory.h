// Peak memory as benchmark counters: of the process, and of tensors alone.
#pragma once

#include <benchmark/benchmark.h>

#include "engine/exec.h"

namespace salix::bench {

// Before the work: gives the caches of all earlier rows back.
void release_memory();

// Adds peak_tensor_MiB (of the Exec's allocator, scratch memory included, since its last
// reset_peak()) and peak_rss_MiB (of the process, the ceilings' buffers of 268 MiB included). On a
// GPU the former is called peak_device_MiB: what PyTorch calls max_memory_allocated.
void add_memory(benchmark::State& state, Exec& exec);

}  // namespace salix::bench
