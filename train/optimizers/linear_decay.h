// The schedule of both stages of A2S-v2.
#pragma once

#include <cstdint>

namespace salix {

// (1 - k/T) 0.8 + 0.2: from just under 1 linearly to exactly 0.2 at the last iteration.
// step k = 1..total_steps T.
inline double linear_decay(std::int64_t step, std::int64_t total_steps) {
  return (1.0 - static_cast<double>(step) / static_cast<double>(total_steps)) * 0.8 + 0.2;
}

}  // namespace salix
