#include "engine/allocator.h"

#include <algorithm>

#include "engine/address_sanitizer.h"
#include "engine/error.h"

namespace salix {
namespace {

constexpr std::size_t kSmallStep = 512;  // sizes below 1 MiB round up to this
constexpr std::size_t kLargeStep = std::size_t{1} << 18;
constexpr std::size_t kLargeFrom = std::size_t{1} << 20;

std::size_t round_up(std::size_t size_bytes) {
  const std::size_t step = size_bytes < kLargeFrom ? kSmallStep : kLargeStep;
  return (std::max<std::size_t>(size_bytes, 1) + step - 1) / step * step;
}

// A sanitizer must see the size that was asked for, not the rounded one, and must not let
// anyone touch a block that waits for reuse.
bool is_watched(const Backend& backend) { return backend.stream() == nullptr; }

}  // namespace

CachingAllocator::CachingAllocator(std::shared_ptr<Backend> backend, std::string device_name,
                                   std::size_t limit_bytes)
    : backend_(std::move(backend)), device_name_(std::move(device_name)) {
  stats_.limit_bytes = limit_bytes;
}

CachingAllocator::~CachingAllocator() { release_cached_locked(); }

CachingAllocator::Block CachingAllocator::allocate(std::size_t size_bytes) {
  const std::size_t rounded = round_up(size_bytes);
  const std::lock_guard lock(mutex_);
  Block block = take_cached(rounded);
  if (block.pointer == nullptr) {
    const auto over_limit = [&] {
      return stats_.limit_bytes != 0 &&
             stats_.in_use_bytes + stats_.cached_bytes + rounded > stats_.limit_bytes;
    };
    if (over_limit()) release_cached_locked();
    if (!over_limit()) block = {backend_->allocate(rounded), rounded};
    if (block.pointer == nullptr && !over_limit()) {
      release_cached_locked();
      block = {backend_->allocate(rounded), rounded};
    }
    if (block.pointer == nullptr) {
      throw OutOfMemory(str("out of memory on ", device_name_, ": asked for ", rounded, " bytes; ",
                            stats_.in_use_bytes, " in use, ", stats_.cached_bytes,
                            " cached, limit ", stats_.limit_bytes,
                            " (0: none); lower the batch or the image size"));
    }
  }
  stats_.in_use_bytes += block.size_bytes;
  stats_.peak_bytes = std::max(stats_.peak_bytes, stats_.in_use_bytes);
  if (is_watched(*backend_)) {
    allow_access(block.pointer, size_bytes);
    forbid_access(static_cast<char*>(block.pointer) + size_bytes, block.size_bytes - size_bytes);
  }
  return block;
}

CachingAllocator::Block CachingAllocator::take_cached(std::size_t rounded) {
  // The smallest block that fits, unless it would waste more than a quarter.
  const auto found = free_blocks_.lower_bound(rounded);
  if (found == free_blocks_.end() || found->first > rounded + rounded / 4) return {};
  const Block block{found->second, found->first};
  free_blocks_.erase(found);
  stats_.cached_bytes -= block.size_bytes;
  return block;
}

void CachingAllocator::deallocate(Block block) noexcept {
  if (block.pointer == nullptr) return;
  const std::lock_guard lock(mutex_);
  stats_.in_use_bytes -= block.size_bytes;
  if (is_watched(*backend_)) forbid_access(block.pointer, block.size_bytes);
  try {
    free_blocks_.emplace(block.size_bytes, block.pointer);
    stats_.cached_bytes += block.size_bytes;
  } catch (...) {  // no room to remember it: give it back at once
    if (is_watched(*backend_)) allow_access(block.pointer, block.size_bytes);
    backend_->deallocate(block.pointer, block.size_bytes);
  }
}

MemoryStats CachingAllocator::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void CachingAllocator::reset_peak() {
  const std::lock_guard lock(mutex_);
  stats_.peak_bytes = stats_.in_use_bytes;
}

void CachingAllocator::release_cached() {
  const std::lock_guard lock(mutex_);
  release_cached_locked();
}

void CachingAllocator::release_cached_locked() noexcept {
  for (const auto& [size_bytes, pointer] : free_blocks_) {
    if (is_watched(*backend_)) allow_access(pointer, size_bytes);
    backend_->deallocate(pointer, size_bytes);
  }
  free_blocks_.clear();
  stats_.cached_bytes = 0;
}

}  // namespace salix
