// How every handwritten kernel is started: launch(exec, {grid, block}, kernel, args...).
// One call for both worlds: compiled by nvcc it launches on the Exec's stream and
// checks; compiled for the simt device, kernels/simt/cuda_on_host.h (force-included
// there) brings the same function, and runs the kernel on the host.
#pragma once

#include "engine/cuda/launch_stream.h"
#include "engine/exec.h"

// The namespace of a .cu file's launchers: nvcc compiles them for cuda, the host
// compiler for simt, and both live in one binary.
#ifdef SALIX_SIMT
#define SALIX_GPU_NAMESPACE simt
#else
#define SALIX_GPU_NAMESPACE cuda
#endif

#ifdef __CUDACC__

#include <cuda_runtime.h>

#include <cstddef>
#include <utility>

#include "engine/cuda/check.h"

namespace salix {

// Its own namespace, so that the linker does not take a launch() of one world for one of
// the other: the types of the arguments, and so the mangled names, can be the same.
inline namespace on_gpu {

struct LaunchConfig {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  // dynamic shared memory
};

template <typename... Params, typename... Args>
void launch(const LaunchStream& stream, const LaunchConfig& config, void (*kernel)(Params...),
            Args&&... args) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;  // nothing to do
  const auto* function = reinterpret_cast<const void*>(kernel);
  // More than 48 KiB must be asked for, or the launch is refused.
  if (config.shared_bytes > 48 * 1024) {
    SALIX_CUDA_CHECK(cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                          static_cast<int>(config.shared_bytes)));
  }
  auto* const cuda_stream = static_cast<cudaStream_t>(stream.cuda_stream);
  kernel<<<config.grid, config.block, config.shared_bytes, cuda_stream>>>(
      static_cast<Params>(std::forward<Args>(args))...);
  cuda_check_launch(cuda_stream, function);
}

template <typename... Params, typename... Args>
void launch(Exec& exec, const LaunchConfig& config, void (*kernel)(Params...), Args&&... args) {
  exec.backend().count_launch();
  launch(LaunchStream{.cuda_stream = cuda_stream(exec)}, config, kernel,
         std::forward<Args>(args)...);
}

}  // namespace on_gpu
}  // namespace salix

#endif
