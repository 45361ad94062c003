#include "train/recipes/supervised/strategies.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/error.h"
#include "engine/text.h"

namespace salix {
namespace {

constexpr double kDecay = 5e-4;   // of SGD and Adam
constexpr double kLowest = 0.01;  // kCosine ends at this share of the base rate
constexpr int kWarmEpochs = 5;

constexpr Strategy kStrategies[] = {
    {"sgd_base", "SGD", 0.005, kDecay, 32, 40, Schedule::kSteps},
    {"adam_base", "Adam", 1e-4, kDecay, 32, 40, Schedule::kSteps},
    {"sgd_poly", "SGD", 0.001, kDecay, 32, 40, Schedule::kPoly},
    {"sgd_f3net", "SGD", 0.05, kDecay, 32, 40, Schedule::kTriangle},
    {"sgd_pfsnet", "SGD", 0.05, kDecay, 20, 50, Schedule::kTriangle},
    {"sgd_menet", "SGD", 0.025, kDecay, 24, 40, Schedule::kShiftedTriangle},
    {"sgd_scfnet", "SGD", 0.064, kDecay, 128, 69, Schedule::kWarmCosine},
    {"sche_our", "SGD", 0.064, kDecay, 128, 69, Schedule::kCosine},
    {"sche_new", "AdamW", 2e-4, 0.05, 16, 30, Schedule::kPoly},
};

double cosine(std::int64_t step, std::int64_t total) {
  const double x = static_cast<double>(step) / static_cast<double>(total);
  return kLowest + (1 - kLowest) * (1 + std::cos(std::numbers::pi * x)) / 2;
}

}  // namespace

double rate_factor(Schedule schedule, std::int64_t step, std::int64_t total,
                   std::int64_t epoch_steps) {
  SALIX_CHECK(step >= 1 && step <= total && epoch_steps >= 1,
              "rate_factor: the step must be in 1..total, and an epoch have steps; got step ", step,
              " of ", total, ", ", epoch_steps, " per epoch");
  const double x = static_cast<double>(step) / static_cast<double>(total);
  switch (schedule) {
    case Schedule::kSteps:
      return x < 0.5 ? 1 : (x < 0.75 ? 0.1 : 0.01);
    case Schedule::kPoly:
      return std::pow(1 - x, 0.9);
    case Schedule::kTriangle:
      return 1 - std::abs(2 * x - 1);
    case Schedule::kShiftedTriangle:
      return 1 - std::abs(2 * static_cast<double>(step + 1) / static_cast<double>(total + 1) - 1);
    case Schedule::kCosine:
      return cosine(step, total);
    case Schedule::kWarmCosine: {
      const std::int64_t warm = kWarmEpochs * epoch_steps;
      if (step > warm) return cosine(step - warm, total - warm);
      return kLowest + (1 - kLowest) * static_cast<double>(step) / static_cast<double>(warm);
    }
  }
  throw InternalError("rate_factor: unknown schedule");
}

std::span<const Strategy> strategies() { return kStrategies; }

const Strategy& strategy_of(const std::string& name) {
  const auto* found = std::find_if(std::begin(kStrategies), std::end(kStrategies),
                                   [&](const Strategy& known) { return known.name == name; });
  if (found != std::end(kStrategies)) return *found;
  std::string names;
  for (const Strategy& known : kStrategies) {
    add_to_list(names, known.name);
  }
  throw InvalidInput(str("strategy: must be one of ", names, "; got '", name, "'"));
}

int batches_per_update(const Strategy& strategy, int batch) {
  SALIX_CHECK(batch >= 1, "strategy: a batch must have samples; got ", batch);
  return std::max(1, strategy.effective_batch / batch);
}

}  // namespace salix
