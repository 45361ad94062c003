#include "engine/parallel.h"

#include <omp.h>

#include <algorithm>
#include <exception>

namespace salix {

void set_thread_count(int threads) { omp_set_num_threads(std::max(threads, 1)); }

int thread_count() { return omp_get_max_threads(); }

namespace detail {

void run_ranges(std::int64_t count, std::int64_t grain, RangeFunction function, const void* body) {
  const std::int64_t ranges = (count + grain - 1) / grain;
  std::exception_ptr failure;
  // OpenMP must not see an exception leave the loop; the first one is kept.
#pragma omp parallel for schedule(dynamic, 1)
  for (std::int64_t range = 0; range < ranges; ++range) {
    try {
      function(body, range * grain, std::min(count, (range + 1) * grain));
    } catch (...) {
#pragma omp critical(salix_parallel_failure)
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace detail
}  // namespace salix
