#include "bench/support/device_timer.h"
#include "engine/error.h"

namespace salix::bench {

double device_seconds(Exec&, std::int64_t, const std::function<void()>&) {
  throw NotSupported("device_seconds: this build has no CUDA");
}

std::size_t l2_cache_bytes(Exec&) { throw NotSupported("l2_cache_bytes: this build has no CUDA"); }

}  // namespace salix::bench
