// A caching allocator: freed blocks are kept and reused, because asking the system
// (page faults) or the CUDA driver for memory costs more than most kernels.
// Reuse is ordered by the one stream of the Exec that owns the allocator.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "engine/backend.h"

namespace salix {

struct MemoryStats {
  std::size_t in_use_bytes = 0;  // in blocks that tensors hold
  std::size_t cached_bytes = 0;  // in free blocks kept for reuse
  std::size_t peak_bytes = 0;    // largest in_use_bytes since the last reset_peak
  std::size_t limit_bytes = 0;   // 0: none
};

class CachingAllocator {
 public:
  struct Block {
    void* pointer = nullptr;
    std::size_t size_bytes = 0;  // as rounded up
  };

  CachingAllocator(std::shared_ptr<Backend> backend, std::string device_name,
                   std::size_t limit_bytes);
  ~CachingAllocator();
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  // At least `size_bytes`; throws OutOfMemory (asked, in use, cached, limit, what to lower).
  Block allocate(std::size_t size_bytes);
  void deallocate(Block block) noexcept;

  MemoryStats stats() const;
  void reset_peak();
  // Gives all cached blocks back to the device.
  void release_cached();

 private:
  Block take_cached(std::size_t rounded);
  void release_cached_locked() noexcept;

  std::shared_ptr<Backend> backend_;
  std::string device_name_;
  mutable std::mutex mutex_;
  std::multimap<std::size_t, void*> free_blocks_;  // by size
  MemoryStats stats_;
};

}  // namespace salix
