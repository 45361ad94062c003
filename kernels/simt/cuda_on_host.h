// Makes the host compiler read a .cu file: force-included before each one that is built
// for the simt device. All std headers that are needed come before the keywords below.
#pragma once

#define SALIX_SIMT

#include <cstddef>
#include <cstdint>

#include "kernels/simt/collectives.h"
#include "kernels/simt/device_functions.h"
#include "kernels/simt/executor.h"
#include "kernels/simt/vector_types.h"

// CUDA's keywords are macros here, because the host compiler does not know them.
#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(bytes) alignas(bytes)
// Leaves a mark that symbols.cpp reads: see there. clang takes no template argument in it.
#ifdef __clang__
#define __launch_bounds__(...)
#else
#define __launch_bounds__(threads, ...) \
  __attribute__((patchable_function_entry(((threads) + 31) / 32, ((threads) + 31) / 32)))
#endif
// A block runs on one OS thread, so what belongs to that thread belongs to the block.
#define __shared__ static thread_local
