// How the learning rate of a scribble training falls.
#pragma once

#include <cstdint>
#include <string>

namespace salix {

struct ScribbleSchedule {
  bool poly = false;        // (1 - step / total)^0.9, which the published settings name and ignore
  double decay_rate = 0.1;  // else decay_rate^floor(epoch / decay_epochs)
  int decay_epochs = 60;
  std::int64_t warmup = 0;  // steps over which the rate grows in a line from 0; published: ignored
  std::int64_t total_steps = 1;
};

// The factor of the base rate for the iteration at `step` = 0.. of epoch 1...: epochs count from 1,
// so that the first decay comes after decay_epochs - 1 of them, as published.
double scribble_rate_factor(const ScribbleSchedule& schedule, std::int64_t step,
                            std::int64_t epoch);

}  // namespace salix
