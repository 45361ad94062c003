// The learning rates of stage 1, set anew before every iteration.
#pragma once

#include <cstdint>

namespace salix {

// (1 - k/T) 0.8 + 0.2: from just under 1 linearly to exactly 0.2 at the last iteration.
// step k = 1..total_steps T.
inline double linear_decay(std::int64_t step, std::int64_t total_steps) {
  return (1.0 - static_cast<double>(step) / static_cast<double>(total_steps)) * 0.8 + 0.2;
}

struct Stage1Rates {
  double encoder = 0, decoder = 0;
};

// The encoder rests for the first `tune` epochs, then learns at a hundredth of the decoder's
// rate. epoch from 1.
inline Stage1Rates stage1_rates(double base, std::int64_t step, std::int64_t total_steps, int epoch,
                                int tune) {
  const double rate = base * linear_decay(step, total_steps);
  return {epoch > tune ? rate * 0.01 : 0.0, rate};
}

}  // namespace salix
