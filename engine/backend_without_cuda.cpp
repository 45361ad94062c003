// The cuda device of a build that has none: says so.
#include "engine/backend.h"
#include "engine/error.h"
#include "engine/pinned_memory.h"

namespace salix {

std::unique_ptr<Backend> make_cuda_backend(int) {
  throw NotSupported(
      "cuda: this salix was built without CUDA; rebuild with -DSALIX_CUDA=ON or use --device cpu");
}

int cuda_device_count() { return 0; }

std::shared_ptr<std::pmr::memory_resource> make_pinned_memory(const Device&) {
  throw NotSupported("pinned memory: this salix was built without CUDA; use plain memory");
}

}  // namespace salix
