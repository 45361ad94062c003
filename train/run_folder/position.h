// Where a run stands.
#pragma once

#include <cstdint>

namespace salix {

// The next iteration to do. Epochs count from 1; `step` counts iterations of the whole run.
struct TrainingPosition {
  std::int64_t epoch = 1, iteration = 0, step = 0;
  friend bool operator==(const TrainingPosition&, const TrainingPosition&) = default;
};

}  // namespace salix
