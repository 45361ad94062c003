// The GPU's implementation of Backend: one stream, stream-ordered memory.
#include <cuda_runtime.h>

#include <cstdint>

#include "engine/backend.h"
#include "engine/cuda/buffer_kernels.h"
#include "engine/cuda/check.h"
#include "engine/error.h"

namespace salix {
namespace {

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int device_index) : device_(device_index) {
    use_device();
    // Not ordered with the legacy default stream, on which libraries may work.
    SALIX_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    try {
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

  void* allocate(std::size_t size_bytes) override {
    use_device();
    void* pointer = nullptr;
    cudaError_t code = cudaMallocAsync(&pointer, size_bytes, stream_);
    if (code == cudaErrorMemoryAllocation) {
      // Blocks of other sizes that the pool still holds may be what is missing.
      cudaGetLastError();
      synchronize();
      SALIX_CUDA_CHECK(cudaMemPoolTrimTo(pool_, 0));
      code = cudaMallocAsync(&pointer, size_bytes, stream_);
    }
    if (code == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      return nullptr;
    }
    cuda_check(code, "cudaMallocAsync", __FILE__, __LINE__);
    return pointer;
  }

  void deallocate(void* pointer, std::size_t) noexcept override {
    cudaSetDevice(device_);
    cudaFreeAsync(pointer, stream_);  // fails only when the context is gone, and the memory with it
  }

  void synchronize() override { SALIX_CUDA_CHECK(cudaStreamSynchronize(stream_)); }
  void* stream() const override { return stream_; }

  void copy(const void* from, void* to, std::size_t size_bytes) override {
    copy_async(from, to, size_bytes, cudaMemcpyDeviceToDevice);
  }
  // From pageable memory CUDA has read the source when this returns. From pinned memory the
  // copy runs on, and the source must stay as it is until the stream has passed it.
  void copy_from_host(const void* host, void* to, std::size_t size_bytes) override {
    copy_async(host, to, size_bytes, cudaMemcpyHostToDevice);
  }
  void copy_to_host(const void* from, void* host, std::size_t size_bytes) override {
    copy_async(from, host, size_bytes, cudaMemcpyDeviceToHost);
    synchronize();
  }

  void fill(void* to, std::int64_t count, DType dtype, double value) override {
    use_device();
    cuda::fill_buffer(launch_stream(), to, count, dtype, value);
  }
  void convert(const void* from, DType from_dtype, void* to, DType to_dtype,
               std::int64_t count) override {
    use_device();
    cuda::convert_buffer(launch_stream(), from, from_dtype, to, to_dtype, count);
  }
  void accumulate(const void* from, void* to, std::int64_t count, DType dtype) override {
    use_device();
    cuda::accumulate_buffer(launch_stream(), from, to, count, dtype);
  }

 private:
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
  cudaMemPool_t pool_ = nullptr;
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
