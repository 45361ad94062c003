#include "engine/cuda/launch.h"
#include "kernels/copy_many/copy_many.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreads = 128;

// A block per entry, a word per thread and turn: the vectors are short, so that what counts is
// that all of them are under way at once.
__global__ void copy_many_kernel(const CopyEntry* entries, const float* only_if) {
  if (only_if != nullptr && *only_if == 0.0f) return;
  const CopyEntry entry = entries[blockIdx.x];
  const auto* from = static_cast<const std::uint32_t*>(entry.from);
  auto* to = static_cast<std::uint32_t*>(entry.to);
  const std::int64_t words = entry.size_bytes / 4;
  for (std::int64_t i = threadIdx.x; i < words; i += blockDim.x) to[i] = from[i];
}

}  // namespace

void copy_many(Exec& exec, ConstView table, ConstView only_if) {
  launch(exec, {static_cast<unsigned>(table.dim(0)), kThreads}, copy_many_kernel,
         static_cast<const CopyEntry*>(table.data),
         only_if.empty() ? nullptr : only_if.as<float>());
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
