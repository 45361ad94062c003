// A warp to an entry: its lanes look at every 32nd other entry, keep the five nearest each, and
// then give up the nearest of all in turns. Some thousand entries of 64 channels are 10 GB of reads
// from the caches, a few ms; it runs where a number is logged.
#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/row_lanes.h"
#include "kernels/neighbour_accuracy/neighbour_accuracy.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;

struct EntryTable {
  const float* vectors;
  const int* labels;
  const int* count;
};

struct Entries {
  EntryTable current, memory;  // memory.vectors == nullptr: none
  int channels;

  __device__ int count() const {
    return *current.count + (memory.vectors == nullptr ? 0 : *memory.count);
  }
  __device__ const float* vector(int i) const {
    const int first = *current.count;
    return i < first ? current.vectors + std::int64_t{i} * channels
                     : memory.vectors + std::int64_t{i - first} * channels;
  }
  __device__ int label(int i) const {
    const int first = *current.count;
    return i < first ? current.labels[i] : memory.labels[i - first];
  }
};

// equal [room]: how many of an entry's nearest have its label.
__global__ void nearest_kernel(Entries entries, int room, int* equal) {
  const int i = static_cast<int>(warp_row()), lane = static_cast<int>(threadIdx.x) % 32;
  const int count = entries.count();
  if (i >= room || i >= count) return;
  const float* own = entries.vector(i);
  Nearest<float> nearest;
  for (int j = lane; j < count; j += 32) {
    const float* other = entries.vector(j);
    float cosine = 0.0f;
    for (int c = 0; c < entries.channels; ++c) cosine += own[c] * other[c];
    nearest.offer(cosine, j);
  }
  const int label = entries.label(i);
  int found = 0, place = 0;  // of this lane's next candidate
  for (int turn = 0; turn < kNeighbours; ++turn) {
    // Where this lane has none left, index -1: it loses against all others.
    float value = place < kNeighbours ? nearest.value[place] : 0.0f;
    int index = place < kNeighbours ? nearest.index[place] : -1;
    const int offered = index;
    for (int offset = 16; offset > 0; offset /= 2) {
      const float other = __shfl_xor_sync(kFullWarp, value, offset);
      const int other_index = __shfl_xor_sync(kFullWarp, index, offset);
      if (other_index < 0 || !Nearest<float>::before(other, other_index, value, index)) continue;
      value = other;
      index = other_index;
    }
    if (index < 0) break;
    if (index == offered) ++place;
    if (entries.label(index) == label) ++found;
  }
  if (lane == 0) equal[i] = found;
}

__global__ void accuracy_kernel(Entries entries, const int* equal, float* accuracy) {
  const int count = entries.count();
  int sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += kThreads) sum += equal[i];
  sum = block_sum(sum);
  if (threadIdx.x != 0) return;
  const int each = count < kNeighbours ? count : kNeighbours;
  *accuracy =
      count > 0 ? static_cast<float>(static_cast<double>(sum) / (static_cast<double>(count) * each))
                : 0.0f;
}

EntryTable table_of(const ConstView& vectors, const ConstView& labels, const ConstView& bounds) {
  if (vectors.empty()) return {nullptr, nullptr, nullptr};
  return {vectors.as<float>(), labels.as<std::int32_t>(),
          bounds.as<std::int32_t>() + bounds.numel() - 1};
}

}  // namespace

void neighbour_accuracy(Exec& exec, const NeighbourAccuracyBuffers& b) {
  require_float32("neighbour_accuracy", b.prototypes.dtype);
  const std::int64_t room = b.prototypes.dim(0) + (b.memory.empty() ? 0 : b.memory.dim(0));
  SALIX_CHECK(room < (1 << 28), "neighbour_accuracy: fewer than 2^28 entries; got ", room);
  const Entries entries{table_of(b.prototypes, b.labels, b.bounds),
                        table_of(b.memory, b.memory_labels, b.memory_bounds),
                        static_cast<int>(b.prototypes.dim(1))};
  const Scratch equal(exec, static_cast<std::size_t>(room) * sizeof(int));
  launch(exec, {blocks_for_rows(room), kRowThreads}, nearest_kernel, entries,
         static_cast<int>(room), equal.as<int>());
  launch(exec, {1, kThreads}, accuracy_kernel, entries, equal.as<int>(), b.accuracy.as<float>());
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
