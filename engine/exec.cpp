#include "engine/exec.h"

#include <algorithm>
#include <thread>

#include "engine/error.h"
#include "engine/parallel.h"

namespace salix {
namespace {

std::shared_ptr<Backend> make_backend(const Device& device) {
  if (device.is_host()) return make_host_backend();
  return make_cuda_backend(device.index);
}

int default_threads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

}  // namespace

Exec::Exec(Device device, ExecOptions options)
    : device_(device),
      options_(options),
      threads_(options.threads > 0 ? options.threads : default_threads()),
      backend_(make_backend(device)),
      allocator_(std::make_shared<CachingAllocator>(backend_, device.to_string(),
                                                    options.memory_limit_bytes)) {
  SALIX_CHECK(options.threads >= 0, "Exec: threads must not be negative; got ", options.threads);
  set_thread_count(threads_);
}

Exec::~Exec() = default;

PhiloxKey Exec::next_random(std::uint32_t stream) {
  return {options_.seed, stream, random_step_++};
}

}  // namespace salix
