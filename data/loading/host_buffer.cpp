#include "data/loading/host_buffer.h"

#include <map>
#include <mutex>
#include <utility>

namespace salix::data {
namespace {

constexpr std::size_t kAlignment = 64;

class ReusingMemory final : public std::pmr::memory_resource {
 public:
  explicit ReusingMemory(HostMemory source) : source_(std::move(source)) {}
  ~ReusingMemory() override {
    for (const auto& [size, block] : free_) upstream()->deallocate(block, size, kAlignment);
  }
  ReusingMemory(const ReusingMemory&) = delete;
  ReusingMemory& operator=(const ReusingMemory&) = delete;

 private:
  std::pmr::memory_resource* upstream() const {
    return source_ ? source_.get() : std::pmr::new_delete_resource();
  }
  void* do_allocate(std::size_t size_bytes, std::size_t) override {
    const std::lock_guard lock(mutex_);
    if (const auto found = free_.find(size_bytes); found != free_.end()) {
      void* block = found->second;
      free_.erase(found);
      return block;
    }
    return upstream()->allocate(size_bytes, kAlignment);
  }
  void do_deallocate(void* block, std::size_t size_bytes, std::size_t) override {
    const std::lock_guard lock(mutex_);
    free_.emplace(size_bytes, block);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  HostMemory source_;
  std::mutex mutex_;
  std::multimap<std::size_t, void*> free_;  // by size in bytes
};

}  // namespace

HostBuffer::HostBuffer(std::size_t count, HostMemory memory) {
  if (count == 0) return;
  auto* values = static_cast<float*>(memory->allocate(count * sizeof(float), kAlignment));
  values_ = std::unique_ptr<float[], Return>(values, Return(std::move(memory), count));
}

void HostBuffer::Return::operator()(float* values) const noexcept {
  memory->deallocate(values, count * sizeof(float), kAlignment);
}

HostMemory make_reusing_memory(HostMemory source) {
  return std::make_shared<ReusingMemory>(std::move(source));
}

}  // namespace salix::data
