// A GPU's own clock: time between two events on the Exec's stream. Waiting for the device after
// every call instead would add some 10 us to each, more than most kernels take.
#pragma once

#include <cstddef>
#include <functional>

#include "engine/exec.h"

namespace salix::bench {

// Seconds from the first to the last of `count` calls of `body`, queued without a wait between
// them; CUDA only.
double device_seconds(Exec& exec, std::int64_t count, const std::function<void()>& body);

// Of the Exec's GPU.
std::size_t l2_cache_bytes(Exec& exec);

}  // namespace salix::bench
