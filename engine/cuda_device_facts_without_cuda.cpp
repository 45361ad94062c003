#include "engine/cuda_device_facts.h"
#include "engine/error.h"

namespace salix {

CudaDeviceFacts cuda_device_facts(int index) {
  throw NotSupported(str("cuda_device_facts: device ", index, " needs a build with CUDA"));
}

}  // namespace salix
