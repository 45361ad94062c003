// What this program's own file knows of a kernel: its name, the static __shared__ variables
// declared in it, its launch bounds. A stripped program has only the last, and runs on.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace salix::simt {

// A static __shared__ variable: a thread-local one, at this offset in each OS thread.
struct SharedVariable {
  std::size_t offset;
  std::size_t size_bytes;
};

struct KernelInfo {
  std::string name;  // without parameters: "salix::kernels::simt::fill_kernel<float>"
  std::vector<SharedVariable> shared;
  int launch_bound = 0;  // threads per block, rounded up to whole warps; 0: none known
};

// Looked up once per kernel; the reference stays good. Safe from any thread.
const KernelInfo& kernel_info(const void* kernel);

// Fills the calling OS thread's copies with 0xff, so that a value that a block left behind,
// or one that was never written, shows as NaN or -1.
void poison_shared(const KernelInfo& kernel);

}  // namespace salix::simt
