#include <cuda_runtime.h>

#include "engine/cuda/check.h"
#include "engine/cuda_device_facts.h"
#include "engine/error.h"

namespace salix {
namespace {

std::string version_text(int version) { return str(version / 1000, ".", version % 1000 / 10); }

}  // namespace

CudaDeviceFacts cuda_device_facts(int index) {
  cudaDeviceProp properties{};
  int driver = 0, runtime = 0;
  SALIX_CUDA_CHECK(cudaGetDeviceProperties(&properties, index));
  SALIX_CUDA_CHECK(cudaDriverGetVersion(&driver));
  SALIX_CUDA_CHECK(cudaRuntimeGetVersion(&runtime));
  return {properties.name, str(properties.major, ".", properties.minor), version_text(driver),
          version_text(runtime), properties.totalGlobalMem};
}

}  // namespace salix
