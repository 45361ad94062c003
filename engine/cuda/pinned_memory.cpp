#include "engine/pinned_memory.h"

#include <cuda_runtime.h>

#include "engine/cuda/check.h"
#include "engine/error.h"

namespace salix {
namespace {

class PinnedMemory final : public std::pmr::memory_resource {
 public:
  explicit PinnedMemory(int device) : device_(device) {}

 private:
  void* do_allocate(std::size_t size_bytes, std::size_t) override {  // CUDA aligns to pages
    void* block = nullptr;
    // The threads of a loader have no device yet, and would make a context on device 0.
    SALIX_CUDA_CHECK(cudaSetDevice(device_));
    const cudaError_t code = cudaHostAlloc(&block, size_bytes, cudaHostAllocPortable);
    if (code == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      throw OutOfMemory(str("pinned memory: no ", size_bytes,
                            " bytes could be page-locked; lower --prefetch or the batch size"));
    }
    cuda_check(code, "cudaHostAlloc", __FILE__, __LINE__);
    return block;
  }
  void do_deallocate(void* block, std::size_t, std::size_t) override {
    cudaFreeHost(block);  // fails only when the context is gone, and the memory with it
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  int device_;
};

}  // namespace

std::shared_ptr<std::pmr::memory_resource> make_pinned_memory(const Device& device) {
  return std::make_shared<PinnedMemory>(device.index);
}

}  // namespace salix
