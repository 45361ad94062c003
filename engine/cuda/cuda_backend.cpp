// The GPU's implementation of Backend: one stream, stream-ordered memory.
#include <cuda_runtime.h>

#include <cstdint>

#include "engine/backend.h"
#include "engine/cuda/buffer_kernels.h"
#include "engine/cuda/check.h"
#include "engine/error.h"

namespace salix {
namespace {

class CudaEvent final : public DeviceEvent {
 public:
  explicit CudaEvent(cudaStream_t stream) {
    SALIX_CUDA_CHECK(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
    const cudaError_t code = cudaEventRecord(event_, stream);
    if (code != cudaSuccess) cudaEventDestroy(event_);
    cuda_check(code, "cudaEventRecord", __FILE__, __LINE__);
  }
  ~CudaEvent() override { cudaEventDestroy(event_); }
  CudaEvent(const CudaEvent&) = delete;
  CudaEvent& operator=(const CudaEvent&) = delete;

  bool reached() const override {
    const cudaError_t code = cudaEventQuery(event_);
    if (code == cudaErrorNotReady) {
      cudaGetLastError();
      return false;
    }
    cuda_check(code, "cudaEventQuery", __FILE__, __LINE__);
    return true;
  }
  void wait() override { SALIX_CUDA_CHECK(cudaEventSynchronize(event_)); }

 private:
  cudaEvent_t event_ = nullptr;
};

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int device_index) : device_(device_index) {
    use_device();
    // Not ordered with the legacy default stream, on which libraries may work.
    SALIX_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    try {
      // Virtual GPUs and some drivers have no pools: then the allocator above us caches alone.
      int has_pools = 0;
      SALIX_CUDA_CHECK(
          cudaDeviceGetAttribute(&has_pools, cudaDevAttrMemoryPoolsSupported, device_index));
      if (has_pools == 0) return;
      SALIX_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool_, device_index));
      // Without this the pool gives its memory back to the driver at every synchronisation.
      std::uint64_t threshold = UINT64_MAX;
      SALIX_CUDA_CHECK(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &threshold));
    } catch (...) {
      cudaStreamDestroy(stream_);
      throw;
    }
  }
  ~CudaBackend() override {
    // No throwing here, and at the exit of the program CUDA may be gone already.
    cudaSetDevice(device_);
    cudaStreamSynchronize(stream_);
    cudaStreamDestroy(stream_);
    cudaGetLastError();
  }
  CudaBackend(const CudaBackend&) = delete;
  CudaBackend& operator=(const CudaBackend&) = delete;

  void* do_allocate(std::size_t size_bytes) override {
    use_device();
    void* pointer = nullptr;
    cudaError_t code = take(&pointer, size_bytes);
    if (code == cudaErrorMemoryAllocation && pool_ != nullptr) {
      // Blocks of other sizes that the pool still holds may be what is missing.
      cudaGetLastError();
      synchronize();
      SALIX_CUDA_CHECK(cudaMemPoolTrimTo(pool_, 0));
      code = take(&pointer, size_bytes);
    }
    if (code == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      return nullptr;
    }
    cuda_check(code, "allocation of device memory", __FILE__, __LINE__);
    return pointer;
  }

  void deallocate(void* pointer, std::size_t) noexcept override {
    cudaSetDevice(device_);
    // Either fails only when the context is gone, and the memory with it; no launch that comes
    // later is to be blamed for that.
    if ((pool_ != nullptr ? cudaFreeAsync(pointer, stream_) : cudaFree(pointer)) != cudaSuccess) {
      cudaGetLastError();
    }
  }

  void do_synchronize() override { SALIX_CUDA_CHECK(cudaStreamSynchronize(stream_)); }
  std::unique_ptr<DeviceEvent> record_event() override {
    use_device();
    return std::make_unique<CudaEvent>(stream_);
  }
  void* stream() const override { return stream_; }

  void do_copy(const void* from, void* to, std::size_t size_bytes) override {
    copy_async(from, to, size_bytes, cudaMemcpyDeviceToDevice);
  }
  // With pageable memory CUDA has read the source, or written the target, when it returns.
  void do_copy_from_host(const void* host, void* to, std::size_t size_bytes) override {
    copy_async(host, to, size_bytes, cudaMemcpyHostToDevice);
  }
  void do_copy_to_host(const void* from, void* host, std::size_t size_bytes) override {
    copy_async(from, host, size_bytes, cudaMemcpyDeviceToHost);
  }

  void do_fill(void* to, std::int64_t count, DType dtype, double value) override {
    use_device();
    cuda::fill_buffer(launch_stream(), to, count, dtype, value);
  }
  void do_convert(const void* from, DType from_dtype, void* to, DType to_dtype,
                  std::int64_t count) override {
    use_device();
    cuda::convert_buffer(launch_stream(), from, from_dtype, to, to_dtype, count);
  }
  void do_accumulate(const void* from, void* to, std::int64_t count, DType dtype) override {
    use_device();
    cuda::accumulate_buffer(launch_stream(), from, to, count, dtype);
  }

 private:
  cudaError_t take(void** pointer, std::size_t size_bytes) {
    return pool_ != nullptr ? cudaMallocAsync(pointer, size_bytes, stream_)
                            : cudaMalloc(pointer, size_bytes);
  }
  void use_device() const {
    int current = -1;
    SALIX_CUDA_CHECK(cudaGetDevice(&current));
    if (current != device_) SALIX_CUDA_CHECK(cudaSetDevice(device_));
  }
  void copy_async(const void* from, void* to, std::size_t size_bytes, cudaMemcpyKind kind) {
    if (size_bytes == 0) return;
    use_device();
    SALIX_CUDA_CHECK(cudaMemcpyAsync(to, from, size_bytes, kind, stream_));
  }
  LaunchStream launch_stream() const { return {.cuda_stream = stream_}; }

  int device_;
  cudaStream_t stream_ = nullptr;
  cudaMemPool_t pool_ = nullptr;  // nullptr: this device has none
};

}  // namespace

std::unique_ptr<Backend> make_cuda_backend(int device_index) {
  const int count = cuda_device_count();
  if (device_index < 0 || device_index >= count) {
    throw CudaError(str("cuda: there is no device ", device_index, "; this process can use ", count,
                        " (see nvidia-smi and CUDA_VISIBLE_DEVICES, or use --device cpu)"));
  }
  return std::make_unique<CudaBackend>(device_index);
}

int cuda_device_count() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  cudaGetLastError();  // no driver is no error: there is just no device
  return 0;
}

}  // namespace salix
