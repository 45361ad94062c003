#include "bench/support/device_timer.h"
#include "engine/cuda/check.h"

namespace salix::bench {
namespace {

class Event {
 public:
  Event() { SALIX_CUDA_CHECK(cudaEventCreate(&event_)); }
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace

double device_seconds(Exec& exec, std::int64_t count, const std::function<void()>& body) {
  const cudaStream_t stream = cuda_stream(exec);
  const Event start, stop;
  SALIX_CUDA_CHECK(cudaEventRecord(start.get(), stream));
  for (std::int64_t i = 0; i < count; ++i) body();
  SALIX_CUDA_CHECK(cudaEventRecord(stop.get(), stream));
  SALIX_CUDA_CHECK(cudaEventSynchronize(stop.get()));
  float milliseconds = 0;
  SALIX_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, start.get(), stop.get()));
  return 1e-3 * static_cast<double>(milliseconds);
}

std::size_t l2_cache_bytes(Exec& exec) {
  int bytes = 0;
  SALIX_CUDA_CHECK(cudaDeviceGetAttribute(&bytes, cudaDevAttrL2CacheSize, exec.device().index));
  return static_cast<std::size_t>(bytes);
}

}  // namespace salix::bench
