// The one switch on device. Every op's <op>.cpp declares its implementations and hands
// them to run_on_device(), which also lets the profiler see the op.
#pragma once

#include <type_traits>
#include <utility>

#include "engine/exec.h"

// The CUDA implementation in builds that have one. An Exec on cuda cannot be made in
// other builds, so the nullptr is never called.
#ifdef SALIX_WITH_CUDA
#define SALIX_CUDA(function) function
#else
#define SALIX_CUDA(function) nullptr
#endif

namespace salix::kernels {

template <typename Function>
struct Implementations {
  Function* cpu;
  Function* simt;
  Function* cuda;
};
template <typename Function>
Implementations(Function*, Function*, std::type_identity_t<Function>*) -> Implementations<Function>;
template <typename Function>
Implementations(Function*, Function*, std::nullptr_t) -> Implementations<Function>;

template <typename Function, typename... Args>
void run_on_device(const char* op, Exec& exec, const Implementations<Function>& implementations,
                   Args&&... args) {
  const ProfileScope scope(exec, op);
  Function* function = implementations.cpu;
  if (exec.device().kind == DeviceKind::kSimt) function = implementations.simt;
  if (exec.device().kind == DeviceKind::kCuda) function = implementations.cuda;
  SALIX_ASSERT(function != nullptr);
  function(exec, std::forward<Args>(args)...);
}

// True when a vendor library may replace the plain reference on this Exec's cpu.
inline bool use_vendor_library(const Exec& exec) { return !exec.options().reference; }

}  // namespace salix::kernels
