// A training run summed up: its epochs and its speed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "train/report/run_facts.h"

namespace salix::report {

struct EpochMeans {
  std::int64_t epoch = 0;
  std::int64_t steps = 0;
  std::vector<double> losses;  // means, in the order of StepColumns::losses
};

// Of each stretch of equal epochs. Steps that name no epoch are one stretch.
std::vector<EpochMeans> epoch_means(const StepColumns& steps);

struct Speed {
  double images_per_second = 0;  // the median over the steps; NaN when not said
  double seconds = 0;            // sum of all steps, waiting included
  double waiting = 0;            // the loader's share of them, 0..1; NaN when not said
};

Speed speed_of(const Timing& timing);

// Each step's images per second.
std::vector<double> rates_of(const Timing& timing);

}  // namespace salix::report
