// Sums over many elements on the CPU whose bits do not depend on the thread count.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "engine/parallel.h"

namespace salix::kernels {

// The sums of the kSums values that term(i) returns, for i in [0, count): in Real over 1024
// elements at a time, in double from there on, in order. term is called in loops that
// vectorise when it is free of branches and library calls.
template <int kSums, typename Real, typename Term>
std::array<double, kSums> ordered_sums(std::int64_t count, const Term& term) {
  constexpr std::int64_t kChunk = 1024;
  const std::int64_t chunks = (count + kChunk - 1) / kChunk;
  std::vector<std::array<double, kSums>> partial(static_cast<std::size_t>(chunks));
  parallel_for(chunks, 32, [&](std::int64_t begin, std::int64_t end) {
    Real values[kSums][kChunk];
    for (std::int64_t chunk = begin; chunk < end; ++chunk) {
      const std::int64_t first = chunk * kChunk, size = std::min(kChunk, count - first);
#pragma omp simd
      for (std::int64_t i = 0; i < size; ++i) {
        const std::array<Real, kSums> terms = term(first + i);
        for (int k = 0; k < kSums; ++k) values[k][i] = terms[static_cast<std::size_t>(k)];
      }
      for (int k = 0; k < kSums; ++k) {
        Real sum = 0;
#pragma omp simd reduction(+ : sum)
        for (std::int64_t i = 0; i < size; ++i) sum += values[k][i];
        partial[static_cast<std::size_t>(chunk)][static_cast<std::size_t>(k)] =
            static_cast<double>(sum);
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
