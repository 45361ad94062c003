#include "bench/support/fma_peak.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "engine/parallel.h"

namespace salix::bench {
namespace {

using Vector8 = float __attribute__((vector_size(32)));
using Vector16 = float __attribute__((vector_size(64)));

// Independent sums: two units of latency four want eight at least, and 32 registers hold 16
// with room for the factors. Compiled with contraction (see CMakeLists.txt).
constexpr int kSums = 12;

template <typename Vector>
[[gnu::always_inline]] inline float multiply_add(std::int64_t rounds) {
  Vector sums[kSums];
  // Not 1, from which factor and term lead back to 1: that sum would be optimised away.
  for (int k = 0; k < kSums; ++k) sums[k] = Vector{} + (static_cast<float>(k) + 0.5f);
  const Vector factor = Vector{} + 0.999f, term = Vector{} + 0.001f;
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int k = 0; k < kSums; ++k) sums[k] = sums[k] * factor + term;
  }
  Vector total{};
  for (int k = 0; k < kSums; ++k) total += sums[k];
  return total[0];
}

float multiply_add_8(std::int64_t rounds) { return multiply_add<Vector8>(rounds); }

#ifdef __x86_64__
[[gnu::target("avx512f")]] float multiply_add_16(std::int64_t rounds) {
  return multiply_add<Vector16>(rounds);
}
bool has_16_lanes() { return __builtin_cpu_supports("avx512f"); }
#else
float multiply_add_16(std::int64_t rounds) { return multiply_add<Vector16>(rounds); }
bool has_16_lanes() { return false; }
#endif

}  // namespace

double fma_flops_per_s() {
  // A millisecond each, and many: on a shared machine some run undisturbed.
  constexpr std::int64_t kRounds = 250'000;
  constexpr int kRepeats = 200;
  const int lanes = has_16_lanes() ? 16 : 8;
  const auto run = has_16_lanes() ? multiply_add_16 : multiply_add_8;
  std::vector<float> results(static_cast<std::size_t>(thread_count()));
  double best_s = 1e30;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    parallel_for(thread_count(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        results[static_cast<std::size_t>(i)] = run(kRounds);
    });
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    best_s = std::min(best_s, elapsed.count());
  }
  // Read, so that no loop can be left out.
  const bool finite = std::all_of(results.begin(), results.end(), [](float x) { return x == x; });
  return finite ? 2.0 * kSums * lanes * static_cast<double>(kRounds) * thread_count() / best_s : 0;
}

}  // namespace salix::bench
