// The SIMT executor: runs a CUDA kernel on the host, block by block. launch() here is the
// twin of the one in engine/cuda/launch.h; docs/simt.md explains how it works.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "engine/cuda/launch_stream.h"
#include "engine/error.h"
#include "kernels/simt/vector_types.h"

namespace salix {

class Exec;

// Its own namespace, so that the linker does not take a launch() of one world for one of
// the other: the types of the arguments, and so the mangled names, can be the same.
inline namespace on_host {

struct LaunchConfig {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  // dynamic shared memory
};

}  // namespace on_host

namespace simt {

// A kernel broke a rule of CUDA, or threw: names the kernel, block, thread and source line.
class KernelFault : public Error {
 public:
  using Error::Error;
};

// Sets the orders in which blocks, warps and lanes run; results must not depend on them. Each
// launch has its own order, so that calling a kernel twice compares two; setting the seed
// begins the sequence again. 0 is the natural order, always. The seed starts as the
// environment variable SALIX_SIMT_SEED, else 1.
void set_schedule_seed(std::uint64_t seed);
std::uint64_t schedule_seed();

// A kernel with its arguments, the types erased.
struct GridTask {
  const void* kernel;  // its address: names it in errors
  void (*call)(const void* arguments);
  const void* arguments;
};

// Runs all blocks on the stream's threads and returns when they are done. Throws InvalidInput
// for sizes that no GPU accepts, KernelFault for the first fault found.
void run_grid(const LaunchStream& stream, const LaunchConfig& config, const GridTask& task);
LaunchStream stream_of(const Exec& exec);
void count_launch(Exec& exec);  // as the twin counts its launches

// The running block's dynamic shared memory, aligned to 128 bytes, 0xff in every byte at
// the start of a block.
unsigned char* dynamic_shared_bytes();

}  // namespace simt

inline namespace on_host {

template <typename... Params, typename... Args>
void launch(const LaunchStream& stream, const LaunchConfig& config, void (*kernel)(Params...),
            Args&&... args) {
  struct Call {
    void (*kernel)(Params...);
    std::tuple<Params...> arguments;
  };
  const Call call{kernel, {static_cast<Params>(std::forward<Args>(args))...}};
  const auto run = [](const void* erased) {
    const Call& self = *static_cast<const Call*>(erased);
    std::apply(self.kernel, self.arguments);  // by value: each thread has its own copies
  };
  simt::run_grid(stream, config, {reinterpret_cast<const void*>(kernel), run, &call});
}

template <typename... Params, typename... Args>
void launch(Exec& exec, const LaunchConfig& config, void (*kernel)(Params...), Args&&... args) {
  simt::count_launch(exec);
  launch(simt::stream_of(exec), config, kernel, std::forward<Args>(args)...);
}

}  // namespace on_host
}  // namespace salix
