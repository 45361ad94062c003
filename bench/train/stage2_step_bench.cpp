// One training step of stage 2 on a fixed batch: forward, IoU loss, backward, optimizer.
// $SALIX_BENCH_WEIGHTS (a file of the network) and $SALIX_BENCH_SET (an RGB-T set with masks) are
// needed; $SALIX_BENCH_SIZE and $SALIX_BENCH_BATCH replace 320 and 8.
#include <cstdlib>
#include <string>

#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "engine/io/weights.h"
#include "models/pretrained.h"
#include "train/optimizers/make_optimizer.h"
#include "train/optimizers/parameter_groups.h"
#include "train/stage2/stage2_step.h"

namespace salix::bench {
namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

data::Batch first_batch(const std::string& set) {
  data::DatasetOptions options;
  options.training_sets[data::Task::kThermal] = {set};
  data::Loader loader(data::training_samples("t", 1, options),
                      {.letters = "t",
                       .batch = std::stoi(setting("SALIX_BENCH_BATCH", "8")),
                       .size = std::stoi(setting("SALIX_BENCH_SIZE", "320")),
                       .workers = 0,
                       .with_masks = true});
  loader.start_epoch(1);
  return *loader.next();
}

void stage2_step(benchmark::State& state, const std::string& name) {
  const std::string weights = setting("SALIX_BENCH_WEIGHTS", "");
  const std::string set = setting("SALIX_BENCH_SET", "");
  if (weights.empty() || set.empty()) {
    state.SkipWithError("needs SALIX_BENCH_WEIGHTS and SALIX_BENCH_SET");
    return;
  }
  Exec& exec = bench_exec();
  release_memory();
  const std::unique_ptr<SaliencyNetwork> network = make_network(exec, name);
  import_network(*network, io::read_weights(weights).arrays);
  network->train();
  const Stage2Batch batch = make_stage2_batch(exec, first_batch(set), network->needs_modality());
  Stage2Step step(
      exec, *network,
      make_optimizer("SGD", parameter_groups(*network, default_weight_decay(network->name()))),
      {.epochs = 20, .steps_per_epoch = 1000});
  TrainingPosition position;
  exec.allocator()->reset_peak();
  run(state, {}, [&] {
    state.counters["loss"] = step(batch, position).total;
    ++position.step;
  });
  add_memory(state, exec);
}

BENCHMARK_CAPTURE(stage2_step, cornet, "cornet")
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->Apply(timed);
BENCHMARK_CAPTURE(stage2_step, midnet, "midnet")
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
