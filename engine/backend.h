// What the engine asks of a device: raw memory, ordering, and the four buffer
// primitives that the tape itself needs. Host (cpu and simt) and CUDA implement it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/device.h"
#include "engine/dtype.h"

namespace salix {

class Backend {
 public:
  virtual ~Backend() = default;

  // `size_bytes` > 0, aligned to at least 64 bytes; nullptr when the device has no room.
  virtual void* allocate(std::size_t size_bytes) = 0;
  virtual void deallocate(void* pointer, std::size_t size_bytes) noexcept = 0;

  // Waits for all work that was queued on this device.
  virtual void synchronize() = 0;
  // The CUDA stream as an opaque pointer; nullptr on the host.
  virtual void* stream() const { return nullptr; }

  virtual void copy(const void* from, void* to, std::size_t size_bytes) = 0;
  virtual void copy_from_host(const void* host, void* to, std::size_t size_bytes) = 0;
  virtual void copy_to_host(const void* from, void* host, std::size_t size_bytes) = 0;  // waits

  // to[0..count) = value.
  virtual void fill(void* to, std::int64_t count, DType dtype, double value) = 0;
  // to[i] = from[i] with the element type changed; floats round to nearest even,
  // floats become integers by truncation.
  virtual void convert(const void* from, DType from_dtype, void* to, DType to_dtype,
                       std::int64_t count) = 0;
  // to[i] += from[i] for a floating dtype.
  virtual void accumulate(const void* from, void* to, std::int64_t count, DType dtype) = 0;
};

std::unique_ptr<Backend> make_host_backend();
// Throws NotSupported in a build without CUDA, CudaError when there is no such device.
std::unique_ptr<Backend> make_cuda_backend(int device_index);
// How many CUDA devices this process can use; 0 in a build without CUDA.
int cuda_device_count();

}  // namespace salix
