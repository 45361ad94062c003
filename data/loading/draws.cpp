#include "data/loading/draws.h"

#include <algorithm>
#include <utility>

#include "engine/error.h"
#include "engine/philox.h"

namespace salix::data {
namespace {

// Philox's step has 32 bits; a longer run would repeat its draws.
PhiloxKey key_of(std::uint64_t seed, std::uint32_t stream, std::int64_t step) {
  SALIX_CHECK(step >= 0 && step <= std::int64_t{0xFFFFFFFF},
              "draws: an epoch or iteration is 0 to 2^32 - 1; got ", step);
  return {seed, stream, static_cast<std::uint32_t>(step)};
}

}  // namespace

std::vector<std::int64_t> epoch_order(std::uint64_t seed, std::int64_t epoch, std::int64_t count) {
  SALIX_CHECK(count >= 0, "epoch_order: a number of samples is needed; got ", count);
  const PhiloxKey key = key_of(seed, kOrderStream, epoch);
  std::vector<std::pair<std::uint32_t, std::int64_t>> keyed;
  keyed.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    keyed.emplace_back(philox_bits(key, static_cast<std::uint64_t>(i)), i);
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::int64_t> order(keyed.size());
  std::transform(keyed.begin(), keyed.end(), order.begin(),
                 [](const auto& entry) { return entry.second; });
  return order;
}

bool draw_flip(std::uint64_t seed, std::int64_t epoch, std::int64_t index) {
  return (philox_bits(key_of(seed, kFlipStream, epoch), static_cast<std::uint64_t>(index)) & 1) !=
         0;
}

int draw_scale(std::uint64_t seed, std::int64_t iteration) {
  constexpr int kScales[] = {-2, -1, 1, 2};
  return kScales[philox_bits(key_of(seed, kScaleStream, iteration), 0) & 3];
}

}  // namespace salix::data
