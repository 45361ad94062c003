// What a CUDA device is, in words for manifests.
#pragma once

#include <string>

namespace salix {

struct CudaDeviceFacts {
  std::string name;             // "NVIDIA H100 80GB HBM3"
  std::string compute;          // "9.0"
  std::string driver, runtime;  // CUDA versions, "12.4"
  std::size_t memory_bytes = 0;
};

// NotSupported in a build without CUDA, CudaError when there is no such device.
CudaDeviceFacts cuda_device_facts(int index);

}  // namespace salix
