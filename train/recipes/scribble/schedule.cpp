#include "train/recipes/scribble/schedule.h"

#include <algorithm>
#include <cmath>

namespace salix {

double scribble_rate_factor(const ScribbleSchedule& schedule, std::int64_t step,
                            std::int64_t epoch) {
  const double warm = step < schedule.warmup
                          ? static_cast<double>(step + 1) / static_cast<double>(schedule.warmup)
                          : 1.0;
  if (schedule.poly) {
    const double done = static_cast<double>(step) / static_cast<double>(schedule.total_steps);
    return warm * std::pow(std::max(1 - done, 0.0), 0.9);
  }
  const std::int64_t decays = epoch / schedule.decay_epochs;
  return warm * std::pow(schedule.decay_rate, static_cast<double>(decays));
}

}  // namespace salix
