// Training steps as rows of a benchmark.
#pragma once

#include <benchmark/benchmark.h>

#include <optional>

#include "bench/support/roofline.h"
#include "train/loop/iteration.h"

namespace salix::bench {

// Iterations on one batch, each reported one step late, as a training run does it; the counter
// "loss" is that of the fourth, however many there are, to be compared with another program's.
inline void run_steps(benchmark::State& state, Precision precision, Iteration& iteration,
                      const StepInput& batch) {
  constexpr std::int64_t kCompared = 4;
  TrainingPosition position;
  std::optional<QueuedStep> before;
  const auto finish = [&] {
    const double loss = before->finish().total;
    if (position.step == kCompared) state.counters["loss"] = loss;
  };
  run(state, {.precision = precision}, [&] {
    QueuedStep queued = iteration.queue(batch, position);
    if (before) finish();
    before = std::move(queued);
    ++position.step;
  });
  if (before) finish();
}

}  // namespace salix::bench
