// Sums over many elements on the CPU whose bits do not depend on the thread count.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "engine/parallel.h"

namespace salix::kernels {

inline constexpr std::int64_t kOrderedChunk = 1024;

// The kSums sums over `count` elements. terms(first, size, values) writes the addends of
// elements [first, first + size), size <= kOrderedChunk: values[k][i] for the k-th sum; its own
// loop then vectorises. Added in Real within such a chunk, in double from there on, in order.
template <int kSums, typename Real, typename Terms>
std::array<double, kSums> ordered_sums(std::int64_t count, const Terms& terms) {
  const std::int64_t chunks = (count + kOrderedChunk - 1) / kOrderedChunk;
  std::vector<std::array<double, kSums>> partial(static_cast<std::size_t>(chunks));
  parallel_for(chunks, 32, [&](std::int64_t begin, std::int64_t end) {
    Real values[kSums][kOrderedChunk];
    for (std::int64_t chunk = begin; chunk < end; ++chunk) {
      const std::int64_t first = chunk * kOrderedChunk;
      const std::int64_t size = std::min(kOrderedChunk, count - first);
      terms(first, size, values);
      for (std::size_t k = 0; k < kSums; ++k) {
        const Real* addends = values[k];
        Real sum = 0;
        // Several partial sums: their order is fixed when this compiles.
#pragma omp simd reduction(+ : sum)
        for (std::int64_t i = 0; i < size; ++i) sum += addends[i];
        partial[static_cast<std::size_t>(chunk)][k] = static_cast<double>(sum);
      }
    }
  });
  std::array<double, kSums> sums{};
  for (const auto& part : partial) {
    for (std::size_t k = 0; k < kSums; ++k) sums[k] += part[k];
  }
  return sums;
}

}  // namespace salix::kernels
