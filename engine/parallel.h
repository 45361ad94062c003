// Loops over several threads (OpenMP). The work is cut by size, never by thread
// count, so results do not depend on how many threads run.
#pragma once

#include <cstdint>

namespace salix {

// Calls body(begin, end) for consecutive ranges of at most `grain` items that cover
// [0, count). Ranges run in any order; an exception of the first failing range (in
// time) is rethrown after all have ended. Runs inline when there is just one range.
// Threads: set_thread_count(); an Exec sets it when it is made.
template <typename Body>
void parallel_for(std::int64_t count, std::int64_t grain, const Body& body);

// A grain that gives each range about 32K elements' worth of work.
inline std::int64_t grain_for(std::int64_t elements_per_item) {
  constexpr std::int64_t kElements = 32768;
  return elements_per_item >= kElements
             ? 1
             : kElements / (elements_per_item > 0 ? elements_per_item : 1);
}

// The number of threads that parallel_for uses; OpenMP keeps it per calling thread.
void set_thread_count(int threads);
int thread_count();

namespace detail {
using RangeFunction = void (*)(const void* body, std::int64_t begin, std::int64_t end);
void run_ranges(std::int64_t count, std::int64_t grain, RangeFunction function, const void* body);
}  // namespace detail

template <typename Body>
void parallel_for(std::int64_t count, std::int64_t grain, const Body& body) {
  if (count <= 0) return;
  if (count <= grain) {
    body(std::int64_t{0}, count);
    return;
  }
  detail::run_ranges(
      count, grain,
      [](const void* erased, std::int64_t begin, std::int64_t end) {
        (*static_cast<const Body*>(erased))(begin, end);
      },
      &body);
}

}  // namespace salix
