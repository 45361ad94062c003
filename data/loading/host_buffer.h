// Floats in host memory of a chosen kind (plain, pinned), which is reused rather than freed.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>
#include <utility>

namespace salix::data {

using HostMemory = std::shared_ptr<std::pmr::memory_resource>;

// `count` floats, not initialised. Move only. Keeps its memory resource alive.
class HostBuffer {
 public:
  HostBuffer() = default;
  HostBuffer(std::size_t count, HostMemory memory);

  float* data() { return values_.get(); }
  const float* data() const { return values_.get(); }
  std::size_t size() const { return values_ ? values_.get_deleter().count : 0; }
  bool empty() const { return size() == 0; }
  std::span<float> span() { return {data(), size()}; }
  std::span<const float> span() const { return {data(), size()}; }
  operator std::span<const float>() const { return span(); }
  const float* begin() const { return data(); }
  const float* end() const { return data() + size(); }
  const float& operator[](std::size_t i) const { return data()[i]; }

 private:
  struct Return {
    Return() : count(0) {}
    Return(HostMemory from, std::size_t floats) : memory(std::move(from)), count(floats) {}
    void operator()(float* values) const noexcept;
    HostMemory memory;
    std::size_t count;
  };
  std::unique_ptr<float[], Return> values_;
};

// Keeps freed blocks for the next request of the same size: fresh pages cost about a millisecond
// per batch, pinned ones far more. Holds at most what was in use at once. `source` empty: the
// program's heap. Thread-safe, whatever `source` is.
HostMemory make_reusing_memory(HostMemory source = nullptr);

}  // namespace salix::data
