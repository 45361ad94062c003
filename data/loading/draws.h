// The random draws of training, as pure functions of (seed, epoch or iteration, index), so that
// a rerun, a resumed run, any number of workers and a Python script all see the same ones.
#pragma once

#include <cstdint>
#include <vector>

namespace salix::data {

// Philox streams (engine/philox.h), apart from all others.
constexpr std::uint32_t kOrderStream = 0xDA7A01;
constexpr std::uint32_t kFlipStream = 0xDA7A02;
constexpr std::uint32_t kScaleStream = 0xDA7A03;

// The order of epoch `epoch`: the indices i in [0, count), sorted by
// (philox_bits({seed, kOrderStream, epoch}, i), i).
std::vector<std::int64_t> epoch_order(std::uint64_t seed, std::int64_t epoch, std::int64_t count);

// Whether sample `index` of the data set is mirrored in this epoch:
// philox_bits({seed, kFlipStream, epoch}, index) & 1.
bool draw_flip(std::uint64_t seed, std::int64_t epoch, std::int64_t index);

// The second scale of stage 1 at iteration k = 0, 1, ... counted over all epochs:
// {-2, -1, 1, 2}[philox_bits({seed, kScaleStream, k}, 0) & 3].
int draw_scale(std::uint64_t seed, std::int64_t iteration);

}  // namespace salix::data
