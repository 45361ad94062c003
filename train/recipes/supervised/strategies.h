// SALOD's strategies: optimizer, learning rate, batch and length of a training under one name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace salix {

// How the rate falls over a run; x = step / total.
enum class Schedule {
  kSteps,            // 1, from x = 1/2 on 0.1, from x = 3/4 on 0.01
  kPoly,             // (1 - x)^0.9
  kTriangle,         // 1 - |2x - 1|: up, and down to 0 at the last step
  kShiftedTriangle,  // 1 - |2 (step + 1) / (total + 1) - 1|
  kCosine,           // 0.01 + 0.99 (1 + cos(pi x)) / 2
  kWarmCosine,       // five epochs in a line from 0.01 to 1, then kCosine over the rest
};

// The factor of the base rate at `step` = 1..total, counted over the whole run, with
// `epoch_steps` steps per epoch; all positive.
// SALOD computes kCosine from the rate before, rate(c) - m = |rate(c - 1) - m| (1 + cos(pi c / n))
// / (1 + cos(pi (c - 1) / n)). The product telescopes to the closed form above, so a resumed run
// needs no state.
// Errors    InvalidInput unless 1 <= step <= total and epoch_steps >= 1.
double rate_factor(Schedule schedule, std::int64_t step, std::int64_t total,
                   std::int64_t epoch_steps);

struct Strategy {
  std::string_view name;
  std::string_view optimizer;  // a name that make_optimizer() knows; SGD has momentum 0.9
  double learning_rate = 0;
  double weight_decay = 0;
  int effective_batch = 0;  // samples per optimizer step
  int epochs = 0;
  Schedule schedule = Schedule::kSteps;
};

std::span<const Strategy> strategies();
// Errors    InvalidInput for another name; the message lists those that exist.
const Strategy& strategy_of(const std::string& name);

// How many batches of `batch` samples one optimizer step waits for: floor(effective_batch / batch),
// at least 1. Of batches of 8, sgd_pfsnet's 20 are 2, so 16 samples.
int batches_per_update(const Strategy& strategy, int batch);

// The rates of the two parameter groups: encoders learn at a tenth.
struct SupervisedRates {
  double encoder = 0, rest = 0;
};
inline SupervisedRates supervised_rates(double base, double factor) {
  return {0.1 * base * factor, base * factor};
}

}  // namespace salix
