// Runs the blocks of a grid one after the other on one OS thread: each GPU thread on a
// fiber, warp by warp in a seeded order, and finds out who waits for whom.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/simt/collectives.h"
#include "kernels/simt/executor.h"
#include "kernels/simt/fiber.h"
#include "kernels/simt/schedule.h"
#include "kernels/simt/symbols.h"

namespace salix::simt {

constexpr int kMaxThreads = 1024;  // per block, on every GPU so far
constexpr int kWarpSize = 32;
constexpr std::size_t kMaxSharedBytes = 227 * 1024;  // per block, sm_90 and sm_100

// One launch, as all its blocks see it.
struct Grid {
  LaunchConfig config;
  GridTask task;
  const KernelInfo* kernel;
  std::uint64_t seed;
};

class BlockRunner {
 public:
  BlockRunner();
  ~BlockRunner();
  BlockRunner(const BlockRunner&) = delete;
  BlockRunner& operator=(const BlockRunner&) = delete;

  // The one of the calling OS thread; its fibers and stacks are used again and again.
  static BlockRunner& of_this_thread();

  // Runs block `index` of the grid to its end; throws KernelFault.
  void run(const Grid& grid, std::uint64_t index);

  // --- called by the running kernel ---
  int barrier(BarrierKind kind, int predicate, Site site);
  std::uint64_t warp(WarpKind kind, unsigned mask, std::uint64_t value, int source_lane, Site site);
  int lane() const { return running_ % kWarpSize; }
  unsigned char* dynamic_shared() { return shared_; }

 private:
  enum class State : std::uint8_t { kReady, kAtBarrier, kAtWarp, kDone };

  struct Thread {
    State state;
    Fiber* fiber;  // where it is suspended; nullptr: it is not
    Site site;     // where it waits
    BarrierKind barrier_kind;
    WarpKind warp_kind;
    unsigned mask;
    int source_lane;
    std::uint64_t value;
    std::uint64_t result;
  };

  void start_block(std::uint64_t index);
  void run_all_warps(bool first_time);
  void run_warp(int warp, bool first_time);
  void enter(Fiber* fiber);
  void run_new_threads();  // on a fiber: the lanes of a warp that have not started yet
  void run_thread(int thread);
  void suspend_running();
  bool try_complete_warp(int warp);
  void release_barrier();
  bool guard_intact() const;
  void abandon();
  Fiber* idle_fiber();

  // --- block_faults.cpp: what went wrong, in words ---
  std::string stuck_warp_message(int warp) const;
  std::string barrier_message() const;
  std::string thread_name(int thread) const;  // "thread (3,0,0)"
  std::string whereabouts(int thread) const;  // "has returned", "waits in ..."
  std::string where() const;                  // "simt: kernel K, block (0,0,0): "

  const Grid* grid_ = nullptr;
  std::array<Thread, kMaxThreads> threads_;
  std::array<unsigned, kMaxThreads / kWarpSize> waiting_{};  // per warp: lanes in state kAtWarp
  int thread_count_ = 0;
  int done_count_ = 0;
  int running_ = 0;
  BlockOrder order_;

  // The warp whose threads are being started.
  int new_warp_ = 0;
  int next_lane_ = 0;

  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;
  Fiber* fiber_ = nullptr;  // the running one

  bool abandoning_ = false;
  std::string fault_;  // not empty: the block has failed

  std::unique_ptr<unsigned char[]> shared_storage_;
  unsigned char* shared_ = nullptr;
};

// Thread `index` of a block as its three coordinates.
inline uint3 unflatten(unsigned index, const uint3& sizes) {
  return {index % sizes.x, index / sizes.x % sizes.y, index / (sizes.x * sizes.y)};
}

}  // namespace salix::simt
