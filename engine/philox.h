// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
// random numbers as a pure function of a counter and a key, so that every device and
// any number of threads draw the same values.
#pragma once

#include <cstdint>

#include "engine/host_device.h"

namespace salix {

struct PhiloxBlock {
  std::uint32_t word[4];
};

// Ten rounds over the 128-bit counter (c0..c3) with the 64-bit key (k0, k1).
SALIX_HOST_DEVICE inline PhiloxBlock philox4x32(std::uint32_t c0, std::uint32_t c1,
                                                std::uint32_t c2, std::uint32_t c3,
                                                std::uint32_t k0, std::uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t left = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t right = std::uint64_t{0xCD9E8D57u} * c2;
    const std::uint32_t next0 = static_cast<std::uint32_t>(right >> 32) ^ c1 ^ k0;
    const std::uint32_t next2 = static_cast<std::uint32_t>(left >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(right);
    c3 = static_cast<std::uint32_t>(left);
    c0 = next0;
    c2 = next2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// What identifies one sequence of draws: the run's seed, a stream (one per purpose:
// augmentation, dropout, initialisation) and a step (iteration, layer call).
struct PhiloxKey {
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::uint32_t step = 0;
};

// The 32 random bits of element `index`. Four neighbours share one Philox block.
SALIX_HOST_DEVICE inline std::uint32_t philox_bits(const PhiloxKey& key, std::uint64_t index) {
  const std::uint64_t block = index / 4;
  const PhiloxBlock words = philox4x32(
      static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), key.step,
      key.stream, static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32));
  return words.word[index % 4];
}

// Uniform in [0, 1), a multiple of 2^-24, so exact in float and never 1.
SALIX_HOST_DEVICE inline float philox_uniform(const PhiloxKey& key, std::uint64_t index) {
  return static_cast<float>(philox_bits(key, index) >> 8) * 0x1p-24f;
}

}  // namespace salix
