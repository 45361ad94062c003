// The words for what went wrong in a block: who waited where, and who did not come.
#include <bit>
#include <cstring>

#include "kernels/simt/block_runner.h"

namespace salix::simt {
namespace {

const char* name_of(BarrierKind kind) {
  switch (kind) {
    case BarrierKind::kSync:
      return "__syncthreads";
    case BarrierKind::kCount:
      return "__syncthreads_count";
    case BarrierKind::kAnd:
      return "__syncthreads_and";
    case BarrierKind::kOr:
      return "__syncthreads_or";
  }
  return "?";
}

const char* name_of(WarpKind kind) {
  switch (kind) {
    case WarpKind::kSync:
      return "__syncwarp";
    case WarpKind::kShuffle:
      return "__shfl_sync";
    case WarpKind::kBallot:
      return "__ballot_sync";
  }
  return "?";
}

std::string text_of(Site site) {
  const char* slash = std::strrchr(site.file, '/');
  return str(slash == nullptr ? site.file : slash + 1, ":", site.line);
}

std::string hex(unsigned mask) {
  std::ostringstream out;
  out << "0x" << std::hex << mask;
  return out.str();
}

std::string text_of(const uint3& index) {
  return str("(", index.x, ",", index.y, ",", index.z, ")");
}

}  // namespace

std::string BlockRunner::where() const {
  return str("simt: kernel ", grid_->kernel->name, ", block ", text_of(blockIdx), ": ");
}

std::string BlockRunner::thread_name(int thread) const {
  return "thread " + text_of(unflatten(static_cast<unsigned>(thread), blockDim));
}

std::string BlockRunner::whereabouts(int thread) const {
  const Thread& it = threads_[thread];
  switch (it.state) {
    case State::kDone:
      return "has returned";
    case State::kAtBarrier:
      return str("waits in ", name_of(it.barrier_kind), " at ", text_of(it.site));
    case State::kAtWarp:
      return str("waits in ", name_of(it.warp_kind), " at ", text_of(it.site), " with mask ",
                 hex(it.mask));
    case State::kReady:
      return "is running";
  }
  return "?";
}

// Two threads that are not at one barrier, and how many like the second there are.
std::string BlockRunner::barrier_message() const {
  int waiting = 0;
  while (threads_[waiting].state != State::kAtBarrier) ++waiting;
  const std::string expected = whereabouts(waiting);
  int other = -1, others = 0;
  for (int i = 0; i < thread_count_; ++i) {
    if (whereabouts(i) == expected) continue;
    if (other < 0) other = i;
    ++others;
  }
  return str(where(), "all threads of the block must come to one barrier; ", thread_name(waiting),
             " ", expected, " but ", thread_name(other), " ", whereabouts(other), " (", others,
             " of ", thread_count_, " threads are not there)");
}

// Some lane of the warp waits for lanes that can no longer come.
std::string BlockRunner::stuck_warp_message(int warp) const {
  const int first = warp * kWarpSize;
  const int lane = std::countr_zero(waiting_[warp]);
  const Thread& stuck = threads_[first + lane];
  std::string start = str(where(), thread_name(first + lane), " ", whereabouts(first + lane));
  if ((stuck.mask >> lane & 1u) == 0) {
    return str(start, ", but it is lane ", lane, ", which is not in the mask");
  }
  for (int other = 0; other < kWarpSize && first + other < thread_count_; ++other) {
    const Thread& it = threads_[first + other];
    const bool came = it.state == State::kAtWarp && it.warp_kind == stuck.warp_kind &&
                      it.mask == stuck.mask && it.site.line == stuck.site.line;
    if ((stuck.mask >> other & 1u) != 0 && !came) {
      return str(start, ", which names lane ", other, ", but ", thread_name(first + other), " ",
                 whereabouts(first + other));
    }
  }
  return start;
}

}  // namespace salix::simt
