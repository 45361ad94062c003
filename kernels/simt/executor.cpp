#include "kernels/simt/executor.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>

#include "engine/exec.h"
#include "kernels/simt/block_runner.h"

namespace salix::simt {
namespace {

// Process-wide on purpose: it is a tool of the tests, and must reach kernels through any op.
struct Schedule {
  std::atomic<std::uint64_t> seed = [] {
    const char* text = std::getenv("SALIX_SIMT_SEED");
    return text == nullptr ? std::uint64_t{1} : std::strtoull(text, nullptr, 10);
  }();
  std::atomic<std::uint64_t> launches = 0;  // since the seed was set

  // The seed of one launch: 0 stays 0, all others differ from launch to launch.
  std::uint64_t next() {
    if (seed == 0) return 0;
    return SplitMix(seed + 0x632be59bd9b4e019u * launches++).next() | 1u;
  }
};

Schedule& schedule() {
  static Schedule the_schedule;
  return the_schedule;
}

// The limits of compute capability 8.0 to 10.0.
void check_config(const LaunchConfig& config, const KernelInfo& info) {
  const std::string& kernel = info.name;
  const dim3& grid = config.grid;
  const dim3& block = config.block;
  const auto threads = std::uint64_t{block.x} * block.y * block.z;
  SALIX_CHECK(threads >= 1 && threads <= kMaxThreads && block.z <= 64, "simt: kernel ", kernel,
              ": a block must have 1 to ", kMaxThreads, " threads, at most 64 along z; got ",
              block.x, " x ", block.y, " x ", block.z);
  const auto bound = static_cast<std::uint64_t>(info.launch_bound);
  SALIX_CHECK(bound == 0 || threads <= bound, "simt: kernel ", kernel,
              ": __launch_bounds__ allows ", bound, " threads per block; got ", threads);
  SALIX_CHECK(grid.x <= 0x7fffffffu && grid.y <= 65535 && grid.z <= 65535, "simt: kernel ", kernel,
              ": a grid must fit 2^31-1 x 65535 x 65535 blocks; got ", grid.x, " x ", grid.y, " x ",
              grid.z);
  SALIX_CHECK(config.shared_bytes <= kMaxSharedBytes, "simt: kernel ", kernel,
              ": dynamic shared memory must not exceed ", kMaxSharedBytes, " bytes; got ",
              config.shared_bytes);
}

}  // namespace

void set_schedule_seed(std::uint64_t seed) {
  schedule().seed = seed;
  schedule().launches = 0;
}
std::uint64_t schedule_seed() { return schedule().seed; }

void count_launch(Exec& exec) { exec.backend().count_launch(); }

LaunchStream stream_of(const Exec& exec) { return {.threads = exec.threads()}; }

void run_grid(const LaunchStream& stream, const LaunchConfig& config, const GridTask& task) {
  const std::uint64_t count = std::uint64_t{config.grid.x} * config.grid.y * config.grid.z;
  if (count == 0) return;  // nothing to do
  const KernelInfo& kernel = kernel_info(task.kernel);
  check_config(config, kernel);
  const Grid grid{config, task, &kernel, schedule().next()};
  const BlockPermutation permutation(count, grid.seed);

  // OpenMP must not see an exception leave the loop; the first one is kept.
  std::atomic<bool> failed = false;
  std::exception_ptr failure;
  const auto run_block = [&](std::uint64_t i) {
    if (failed) return;
    try {
      BlockRunner::of_this_thread().run(grid, permutation(i));
    } catch (...) {
      if (!failed.exchange(true)) failure = std::current_exception();
    }
  };
  const auto threads = static_cast<std::uint64_t>(stream.threads);
  if (threads == 1 || count == 1) {
    for (std::uint64_t i = 0; i < count; ++i) run_block(i);
  } else {
    // Read by the pragma below. NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores)
    const std::uint64_t chunk = std::max<std::uint64_t>(1, count / (threads * 16));
#pragma omp parallel for schedule(dynamic, chunk) num_threads(stream.threads)
    for (std::uint64_t i = 0; i < count; ++i) run_block(i);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace salix::simt
