#include "kernels/simt/block_runner.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <exception>

#include "engine/address_sanitizer.h"

__thread uint3 threadIdx;
__thread uint3 blockIdx;
__thread uint3 blockDim;
__thread uint3 gridDim;

namespace salix::simt {
namespace {

constexpr std::size_t kSharedAlignment = 128;
constexpr std::size_t kGuardBytes = 256;  // behind the dynamic shared memory
constexpr unsigned char kPoison = 0xff;   // NaN as a float, -1 as an integer
constexpr unsigned char kGuard = 0xa5;

// The runner whose kernel is executing on this OS thread.
__thread BlockRunner* current = nullptr;

// Thrown into the suspended threads of a block that has failed, to unwind their stacks.
struct Abandoned {};

unsigned lanes_of(int warp, int thread_count) {
  const int lanes = std::min(kWarpSize, thread_count - warp * kWarpSize);
  return lanes == kWarpSize ? 0xffffffffu : (1u << lanes) - 1u;
}

}  // namespace

BlockRunner::BlockRunner()
    : shared_storage_(new unsigned char[kMaxSharedBytes + kGuardBytes + kSharedAlignment]) {
  const auto address = reinterpret_cast<std::uintptr_t>(shared_storage_.get());
  shared_ = shared_storage_.get() + (kSharedAlignment - address % kSharedAlignment);
}

BlockRunner::~BlockRunner() { allow_access(shared_, kMaxSharedBytes + kGuardBytes); }

BlockRunner& BlockRunner::of_this_thread() {
  static thread_local BlockRunner runner;
  return runner;
}

void BlockRunner::run(const Grid& grid, std::uint64_t index) {
  SALIX_CHECK(current == nullptr, "simt: a kernel cannot launch a kernel");
  current = this;
  grid_ = &grid;
  fault_.clear();
  start_block(index);
  run_all_warps(/*first_time=*/true);
  while (fault_.empty() && done_count_ < thread_count_) {
    release_barrier();
    run_all_warps(/*first_time=*/false);
  }
  allow_access(shared_, kMaxSharedBytes + kGuardBytes);
  if (fault_.empty() && !guard_intact()) {
    fault_ = str(where(), "a thread wrote past the ", grid.config.shared_bytes,
                 " bytes of dynamic shared memory that the launch asked for");
  }
  if (!fault_.empty()) abandon();
  current = nullptr;
  if (!fault_.empty()) throw KernelFault(fault_);
}

void BlockRunner::start_block(std::uint64_t index) {
  const LaunchConfig& config = grid_->config;
  blockDim = {config.block.x, config.block.y, config.block.z};
  gridDim = {config.grid.x, config.grid.y, config.grid.z};
  const std::uint64_t row = index / config.grid.x;
  blockIdx = {static_cast<unsigned>(index % config.grid.x),
              static_cast<unsigned>(row % config.grid.y),
              static_cast<unsigned>(row / config.grid.y)};
  thread_count_ = static_cast<int>(config.block.x * config.block.y * config.block.z);
  done_count_ = 0;
  for (int i = 0; i < thread_count_; ++i) {
    threads_[i].state = State::kReady;
    threads_[i].fiber = nullptr;
  }
  waiting_.fill(0);
  order_.reset(grid_->seed, index, (thread_count_ + kWarpSize - 1) / kWarpSize);

  poison_shared(*grid_->kernel);
  std::memset(shared_, kPoison, config.shared_bytes);
  std::memset(shared_ + config.shared_bytes, kGuard, kGuardBytes);
  forbid_access(shared_ + config.shared_bytes, kMaxSharedBytes + kGuardBytes - config.shared_bytes);
}

void BlockRunner::run_all_warps(bool first_time) {
  const int warps = (thread_count_ + kWarpSize - 1) / kWarpSize;
  for (int i = 0; i < warps && fault_.empty(); ++i) run_warp(order_.warp(i), first_time);
}

// Runs the warp's threads until each has returned or waits at a barrier of the block.
void BlockRunner::run_warp(int warp, bool first_time) {
  const int first = warp * kWarpSize;
  const int last = std::min(first + kWarpSize, thread_count_);
  if (first_time) {
    new_warp_ = warp;
    next_lane_ = 0;
    // Usually one round: without a barrier all lanes run in a plain loop on one fiber.
    while (next_lane_ < kWarpSize && fault_.empty()) enter(idle_fiber());
  }
  bool progress = true;
  while (progress && fault_.empty()) {
    progress = false;
    for (int i = 0; i < kWarpSize && fault_.empty(); ++i) {
      const int thread = first + order_.lane(i);
      if (thread >= last || threads_[thread].state != State::kReady) continue;
      running_ = thread;
      enter(threads_[thread].fiber);
      progress = true;
    }
  }
  if (fault_.empty() && waiting_[warp] != 0) fault_ = stuck_warp_message(warp);
}

void BlockRunner::enter(Fiber* fiber) {
  fiber_ = fiber;
  fiber->resume();
}

Fiber* BlockRunner::idle_fiber() {
  if (idle_.empty()) {
    fibers_.push_back(std::make_unique<Fiber>(
        [](void* self) { static_cast<BlockRunner*>(self)->run_new_threads(); }, this));
    return fibers_.back().get();
  }
  Fiber* fiber = idle_.back();
  idle_.pop_back();
  return fiber;
}

void BlockRunner::run_new_threads() {
  while (next_lane_ < kWarpSize && fault_.empty()) {
    const int thread = new_warp_ * kWarpSize + order_.lane(next_lane_++);
    if (thread < thread_count_) run_thread(thread);
  }
  idle_.push_back(fiber_);
}

void BlockRunner::run_thread(int thread) {
  running_ = thread;
  threadIdx = unflatten(static_cast<unsigned>(thread), blockDim);
  try {
    grid_->task.call(grid_->task.arguments);
  } catch (const Abandoned&) {
  } catch (const KernelFault& fault) {
    fault_ = fault.what();
  } catch (const std::exception& error) {
    fault_ = str(where(), thread_name(thread), " threw: ", error.what());
  } catch (...) {
    fault_ = str(where(), thread_name(thread), " threw something that is no std::exception");
  }
  threads_[thread].state = State::kDone;
  ++done_count_;
}

void BlockRunner::suspend_running() {
  const int thread = running_;
  Fiber* fiber = fiber_;
  threads_[thread].fiber = fiber;
  fiber->suspend();
  threads_[thread].fiber = nullptr;
  if (abandoning_) throw Abandoned{};
  running_ = thread;
  threadIdx = unflatten(static_cast<unsigned>(thread), blockDim);
}

int BlockRunner::barrier(BarrierKind kind, int predicate, Site site) {
  Thread& self = threads_[running_];
  self.state = State::kAtBarrier;
  self.barrier_kind = kind;
  self.site = site;
  self.value = predicate != 0;
  suspend_running();
  return static_cast<int>(self.result);
}

// Called when every thread has returned or waits at a barrier.
void BlockRunner::release_barrier() {
  const Thread& first = threads_[0];
  std::uint64_t count = 0;
  for (int i = 0; i < thread_count_; ++i) {
    const Thread& thread = threads_[i];
    if (thread.state != State::kAtBarrier || thread.site.line != first.site.line ||
        thread.barrier_kind != first.barrier_kind ||
        std::strcmp(thread.site.file, first.site.file) != 0) {
      fault_ = barrier_message();
      return;
    }
    count += thread.value;
  }
  const auto all = static_cast<std::uint64_t>(thread_count_);
  const std::uint64_t result = first.barrier_kind == BarrierKind::kAnd  ? count == all
                               : first.barrier_kind == BarrierKind::kOr ? count != 0
                                                                        : count;
  for (int i = 0; i < thread_count_; ++i) {
    threads_[i].result = result;
    threads_[i].state = State::kReady;
  }
  order_.shuffle_warps();
}

std::uint64_t BlockRunner::warp(WarpKind kind, unsigned mask, std::uint64_t value, int source_lane,
                                Site site) {
  Thread& self = threads_[running_];
  self.warp_kind = kind;
  self.mask = mask;
  self.value = value;
  self.source_lane = source_lane;
  self.site = site;
  self.state = State::kAtWarp;
  const int warp = running_ / kWarpSize;
  waiting_[warp] |= 1u << lane();
  if (!try_complete_warp(warp)) suspend_running();
  return self.result;
}

// Serves all lanes of the running thread's mask if the running thread was the last to come.
bool BlockRunner::try_complete_warp(int warp) {
  const Thread& self = threads_[running_];
  const unsigned named = self.mask & lanes_of(warp, thread_count_);
  if ((named & 1u << lane()) == 0 || (named & ~waiting_[warp]) != 0) return false;
  Thread* lanes = &threads_[warp * kWarpSize];
  std::uint64_t ballot = 0;
  for (unsigned rest = named; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    if (lanes[i].warp_kind != self.warp_kind || lanes[i].mask != self.mask ||
        lanes[i].site.line != self.site.line) {
      return false;
    }
    ballot |= (lanes[i].value & 1u) << i;
  }
  for (unsigned rest = named; rest != 0; rest &= rest - 1) {
    Thread& lane = lanes[std::countr_zero(rest)];
    const bool has_source = (named >> (lane.source_lane & 31) & 1u) != 0;
    if (self.warp_kind == WarpKind::kBallot) {
      lane.result = ballot;
    } else {
      lane.result = has_source ? lanes[lane.source_lane & 31].value : ~std::uint64_t{0};
    }
    lane.state = State::kReady;
  }
  waiting_[warp] &= ~named;
  return true;
}

bool BlockRunner::guard_intact() const {
  const unsigned char* guard = shared_ + grid_->config.shared_bytes;
  return std::all_of(guard, guard + kGuardBytes, [](unsigned char c) { return c == kGuard; });
}

// Unwinds the threads that still wait, so that their fibers are idle again.
void BlockRunner::abandon() {
  abandoning_ = true;
  for (int i = 0; i < thread_count_; ++i) {
    if (threads_[i].fiber != nullptr) enter(threads_[i].fiber);
  }
  abandoning_ = false;
}

int block_barrier(BarrierKind kind, int predicate, Site site) {
  return current->barrier(kind, predicate, site);
}

std::uint64_t warp_collective(WarpKind kind, unsigned mask, std::uint64_t value, int source_lane,
                              Site site) {
  return current->warp(kind, mask, value, source_lane, site);
}

int current_lane() { return current->lane(); }

unsigned char* dynamic_shared_bytes() { return current->dynamic_shared(); }

}  // namespace salix::simt
