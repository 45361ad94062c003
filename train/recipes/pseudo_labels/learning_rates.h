// The learning rates of stage 2, set anew before every iteration.
#pragma once

#include "train/recipes/a2s/learning_rates.h"

namespace salix {

struct Stage2Rates {
  double encoder = 0, rest = 0;
};

// The encoders learn from the first iteration on, at a tenth of the rate of the rest.
// step k = 1..total_steps T.
inline Stage2Rates stage2_rates(double base, std::int64_t step, std::int64_t total_steps) {
  const double rate = base * linear_decay(step, total_steps);
  return {rate * 0.1, rate};
}

}  // namespace salix
