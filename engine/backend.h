// What the engine asks of a device: raw memory, ordering, and the four buffer
// primitives that the tape itself needs. Host (cpu and simt) and CUDA implement it.
// Every backend counts what it is asked for, so that "this step never waits for the
// device" is a number that a test without a GPU can check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/device.h"
#include "engine/dtype.h"

namespace salix {

// What a device was asked for since its backend was made.
struct DeviceCounts {
  std::int64_t launches = 0;     // kernels, buffer primitives and calls of vendor libraries
  std::int64_t waits = 0;        // the host stood still until all queued work was done
  std::int64_t copies = 0;       // between host and device
  std::int64_t allocations = 0;  // that the cache of the Exec could not serve

  DeviceCounts operator+(const DeviceCounts& more) const {
    return {launches + more.launches, waits + more.waits, copies + more.copies,
            allocations + more.allocations};
  }
  DeviceCounts operator-(const DeviceCounts& earlier) const {
    return {launches - earlier.launches, waits - earlier.waits, copies - earlier.copies,
            allocations - earlier.allocations};
  }
};

// A point in the order of a device's work.
class DeviceEvent {
 public:
  virtual ~DeviceEvent() = default;
  virtual bool reached() const = 0;
  // Until it is reached. Work that was queued after it goes on meanwhile.
  virtual void wait() = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  // `size_bytes` > 0, aligned to at least 64 bytes; nullptr when the device has no room.
  void* allocate(std::size_t size_bytes) {
    ++counts_.allocations;
    return do_allocate(size_bytes);
  }
  virtual void deallocate(void* pointer, std::size_t size_bytes) noexcept = 0;

  // Waits for all work that was queued on this device.
  void synchronize() {
    ++counts_.waits;
    do_synchronize();
  }
  // The point behind all work that is queued now. Throws CudaError where the device fails.
  virtual std::unique_ptr<DeviceEvent> record_event() = 0;
  // The CUDA stream as an opaque pointer; nullptr on the host.
  virtual void* stream() const { return nullptr; }

  // Within the device.
  void copy(const void* from, void* to, std::size_t size_bytes) {
    count_launch();
    do_copy(from, to, size_bytes);
  }
  // May return before the bytes have been read where `host` is pinned memory: it must stay as
  // it is until an event that is recorded afterwards is reached.
  void copy_from_host(const void* host, void* to, std::size_t size_bytes) {
    ++counts_.copies;
    do_copy_from_host(host, to, size_bytes);
  }
  // The bytes are there when an event that is recorded afterwards is reached; `host` is pinned.
  void start_copy_to_host(const void* from, void* host, std::size_t size_bytes) {
    ++counts_.copies;
    do_copy_to_host(from, host, size_bytes);
  }
  // Waits for them, and so for all that was queued before.
  void copy_to_host(const void* from, void* host, std::size_t size_bytes) {
    start_copy_to_host(from, host, size_bytes);
    synchronize();
  }

  // to[0..count) = value.
  void fill(void* to, std::int64_t count, DType dtype, double value) {
    count_launch();
    do_fill(to, count, dtype, value);
  }
  // to[i] = from[i] with the element type changed; floats round to nearest even,
  // floats become integers by truncation.
  void convert(const void* from, DType from_dtype, void* to, DType to_dtype, std::int64_t count) {
    count_launch();
    do_convert(from, from_dtype, to, to_dtype, count);
  }
  // to[i] += from[i] for a floating dtype.
  void accumulate(const void* from, void* to, std::int64_t count, DType dtype) {
    count_launch();
    do_accumulate(from, to, count, dtype);
  }

  const DeviceCounts& counts() const { return counts_; }
  // For whoever starts a kernel or calls a vendor library.
  void count_launch() { ++counts_.launches; }

 protected:
  virtual void* do_allocate(std::size_t size_bytes) = 0;
  virtual void do_synchronize() = 0;
  virtual void do_copy(const void* from, void* to, std::size_t size_bytes) = 0;
  virtual void do_copy_from_host(const void* host, void* to, std::size_t size_bytes) = 0;
  virtual void do_copy_to_host(const void* from, void* host, std::size_t size_bytes) = 0;
  virtual void do_fill(void* to, std::int64_t count, DType dtype, double value) = 0;
  virtual void do_convert(const void* from, DType from_dtype, void* to, DType to_dtype,
                          std::int64_t count) = 0;
  virtual void do_accumulate(const void* from, void* to, std::int64_t count, DType dtype) = 0;

 private:
  DeviceCounts counts_;
};

std::unique_ptr<Backend> make_host_backend();
// Throws NotSupported in a build without CUDA, CudaError when there is no such device.
std::unique_ptr<Backend> make_cuda_backend(int device_index);
// How many CUDA devices this process can use; 0 in a build without CUDA.
int cuda_device_count();

}  // namespace salix
