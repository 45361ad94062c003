// What the processor's multiply-add units can do at most: a loop in registers, no memory.
#pragma once

namespace salix::bench {

// Float32 operations per second of all threads of the current Exec together, counting a
// fused multiply-add as two, with the widest vectors of this machine; best of several runs.
double fma_flops_per_s();

}  // namespace salix::bench
