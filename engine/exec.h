// Exec: everything that work on one device shares: the device, its stream, memory,
// thread count, random numbers, precision and determinism choices, and a profiler.
// A tensor knows its Exec; an op takes it from its inputs. There is no global one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <typeindex>
#include <unordered_map>

#include "engine/allocator.h"
#include "engine/backend.h"
#include "engine/device.h"
#include "engine/philox.h"
#include "engine/profiler.h"

namespace salix {

struct ExecOptions {
  int threads = 0;                     // CPU threads; 0: all cores that this process may use
  std::uint64_t seed = 0;              // of every random number drawn on this Exec
  bool reference = false;              // cpu only: the plain references, no vendor library
  bool fast = false;                   // allow algorithms that are not run-to-run deterministic
  bool allow_tf32 = false;             // CUDA: float32 convolutions and matrix products in TF32
  std::size_t memory_limit_bytes = 0;  // 0: what the device has
};

// Not thread-safe: one thread submits work. Must outlive its tensors.
class Exec {
 public:
  explicit Exec(Device device = {}, ExecOptions options = {});
  ~Exec();
  Exec(const Exec&) = delete;
  Exec& operator=(const Exec&) = delete;

  const Device& device() const { return device_; }
  const ExecOptions& options() const { return options_; }
  int threads() const { return threads_; }
  Backend& backend() { return *backend_; }
  const std::shared_ptr<CachingAllocator>& allocator() { return allocator_; }
  void synchronize() { backend_->synchronize(); }

  // The key of the next sequence of draws for `stream`; consecutive calls differ in `step`.
  PhiloxKey next_random(std::uint32_t stream);
  std::uint32_t random_step() const { return random_step_; }
  // For exact resume and for recomputation in the backward pass.
  void set_random_step(std::uint32_t step) { random_step_ = step; }

  // Whether ops record their gradient rules; see NoGrad in engine/autograd/tape.h.
  bool grad_enabled() const { return grad_enabled_; }
  void set_grad_enabled(bool enabled) { grad_enabled_ = enabled; }

  // nullptr: not profiling. The caller keeps ownership.
  Profiler* profiler() const { return profiler_; }
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }
  int& profile_depth() { return profile_depth_; }

  // One T per Exec, made as T(exec) on first use and destroyed with the Exec. Vendor
  // libraries keep their handles and plan caches here, so the engine knows none of them.
  template <typename T>
  T& extension() {
    std::shared_ptr<void>& slot = extensions_[std::type_index(typeid(T))];
    if (!slot) slot = std::make_shared<T>(*this);
    return *static_cast<T*>(slot.get());
  }

 private:
  Device device_;
  ExecOptions options_;
  int threads_;
  std::shared_ptr<Backend> backend_;
  std::shared_ptr<CachingAllocator> allocator_;
  std::uint32_t random_step_ = 0;
  bool grad_enabled_ = true;
  Profiler* profiler_ = nullptr;
  int profile_depth_ = 0;
  std::unordered_map<std::type_index, std::shared_ptr<void>> extensions_;
};

// Scratch memory of a kernel, from the Exec's cache, freed at the end of the scope.
// Reuse is safe because work on one Exec is ordered.
class Scratch {
 public:
  Scratch(Exec& exec, std::size_t size_bytes)
      : allocator_(exec.allocator()), block_(allocator_->allocate(size_bytes)) {}
  ~Scratch() { allocator_->deallocate(block_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  void* data() const { return block_.pointer; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(block_.pointer);
  }

 private:
  std::shared_ptr<CachingAllocator> allocator_;
  CachingAllocator::Block block_;
};

}  // namespace salix
