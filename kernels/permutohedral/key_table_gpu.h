// A hash table of lattice keys in device memory, filled by all threads at once.
#pragma once

#include "engine/cuda/launch.h"
#include "kernels/permutohedral/simplex.h"

#if defined(__CUDACC__) || defined(SALIX_SIMT)

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

using DeviceKey = unsigned long long;  // what atomicCAS takes
constexpr DeviceKey kNoKey = ~DeviceKey{0};

// Slots for `count` keys at half load or less; the power of two.
inline int table_bits(std::int64_t count) {
  int bits = 6;
  while ((std::int64_t{1} << bits) < 2 * count) ++bits;
  return bits;
}

// The slot of `key`, taken if it was free. Which slot a key gets depends on who comes first;
// that two equal keys get the same one does not.
__device__ inline unsigned insert_key(DeviceKey* keys, int bits, DeviceKey key) {
  const unsigned mask = (1u << bits) - 1;
  auto slot = static_cast<unsigned>(permutohedral::slot_of(key, bits));
  while (true) {
    const DeviceKey old = atomicCAS(&keys[slot], kNoKey, key);
    if (old == kNoKey || old == key) return slot;
    slot = (slot + 1) & mask;
  }
}

// The slot of `key` in a table that no one changes any more, or an empty slot.
__device__ inline unsigned find_key(const DeviceKey* keys, int bits, DeviceKey key) {
  const unsigned mask = (1u << bits) - 1;
  auto slot = static_cast<unsigned>(permutohedral::slot_of(key, bits));
  while (keys[slot] != kNoKey && keys[slot] != key) slot = (slot + 1) & mask;
  return slot;
}

}  // namespace
}  // namespace salix::kernels::SALIX_GPU_NAMESPACE

#endif
