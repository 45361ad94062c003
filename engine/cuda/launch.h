// How every handwritten kernel is started: launch(exec, {grid, block}, kernel, args...).
// One call for both worlds: compiled by nvcc it launches on the Exec's stream and
// checks; compiled for the simt device, kernels/simt/cuda_on_host.h (force-included
// there) brings the same function, and runs the kernel on the host.
#pragma once

#ifdef __CUDACC__

#include <cuda_runtime.h>

#include <cstddef>
#include <utility>

#include "engine/cuda/check.h"
#include "engine/exec.h"

namespace salix {

struct LaunchConfig {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  // dynamic shared memory
};

template <typename... Params, typename... Args>
void launch(Exec& exec, const LaunchConfig& config, void (*kernel)(Params...), Args&&... args) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;  // nothing to do
  kernel<<<config.grid, config.block, config.shared_bytes, cuda_stream(exec)>>>(
      static_cast<Params>(std::forward<Args>(args))...);
  cuda_check_launch(exec);
}

}  // namespace salix

#endif
