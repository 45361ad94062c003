// The cuda device in a build without CUDA: absent, and it says so.
#include "engine/backend.h"

namespace salix {

std::unique_ptr<Backend> make_cuda_backend(int) {
  throw NotSupported(
      "device: this salix was built without CUDA; rebuild with -DSALIX_CUDA=ON or use --device "
      "cpu");
}

int cuda_device_count() { return 0; }

}  // namespace salix
