// One training step of stage 2 on a fixed batch: forward, IoU loss, backward, optimizer.
// $SALIX_BENCH_WEIGHTS (a file of the network) and $SALIX_BENCH_SET (an RGB-T set with masks) are
// needed; $SALIX_BENCH_SIZE and $SALIX_BENCH_BATCH replace 320 and 8. On a GPU also in TF32 and
// under autocast (bf16). The loss is that of the fourth step, whatever the number of steps.
#include <cstdlib>
#include <string>

#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "bench/support/step_loop.h"
#include "data/loading/loader.h"
#include "data/loading/saliency_reader.h"
#include "engine/io/weights.h"
#include "layers/functional/autocast.h"
#include "models/weights/pretrained.h"
#include "train/recipes/pseudo_labels/pseudo_labels_step.h"

namespace salix::bench {
namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

data::Batch first_batch(const std::string& set) {
  data::DatasetOptions options;
  options.training_sets[data::Task::kThermal] = {set};
  data::Loader loader(data::training_samples("t", {.labels = data::Labels::kGroundTruth}, options),
                      std::make_shared<data::SaliencyReader>(data::SaliencyFields{
                          .letters = "t",
                          .size = std::stoi(setting("SALIX_BENCH_SIZE", "320")),
                          .with_masks = true}),
                      {.batch = std::stoi(setting("SALIX_BENCH_BATCH", "8")), .workers = 0});
  loader.start_epoch(1);
  return *loader.next();
}

void stage2_step(benchmark::State& state, const std::string& name, Precision precision) {
  const std::string weights = setting("SALIX_BENCH_WEIGHTS", "");
  const std::string set = setting("SALIX_BENCH_SET", "");
  if (weights.empty() || set.empty()) {
    state.SkipWithError("needs SALIX_BENCH_WEIGHTS and SALIX_BENCH_SET");
    return;
  }
  Exec& exec = bench_exec(precision);
  release_memory();
  const Autocast policy(exec, precision == Precision::kBf16);
  const std::unique_ptr<Network> network = make_network(exec, name);
  import_network(*network, io::read_weights(weights).arrays);
  network->train();
  const StepInput batch = to_device(exec, first_batch(set));
  PseudoLabelsStep step(
      *network,
      {.epochs = 20, .steps_per_epoch = 1000, .weight_decay = network->facts().weight_decay});
  Iteration iteration(exec, step);
  exec.allocator()->reset_peak();
  run_steps(state, precision, iteration, batch);
  add_memory(state, exec);
}

void add(const std::string& network, Precision precision) {
  const std::string tail = precision == Precision::kFloat32 ? "" : str("_", name_of(precision));
  benchmark::RegisterBenchmark(("stage2_step/" + network + tail).c_str(), stage2_step, network,
                               precision)
      ->Iterations(on_cuda() ? 30 : 3)
      ->Unit(benchmark::kMillisecond)
      ->Apply(timed);
}

const bool registered = [] {
  for (const char* network : {"cornet", "midnet"}) {
    if (on_cuda()) {
      add(network, Precision::kBf16);
      add(network, Precision::kTf32);
    }
    add(network, Precision::kFloat32);
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
