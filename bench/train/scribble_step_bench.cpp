// One whole iteration of DHFR on a fixed batch: two passes of sfnet, all losses, backward, clamp,
// Adam, memory. $SALIX_BENCH_WEIGHTS (a file of sfnet), $SALIX_BENCH_LIST and $SALIX_BENCH_ROOT (a
// training list, and where its paths begin) are needed; $SALIX_BENCH_BATCH replaces 4. No block is
// skipped at random, so that the loss of the fourth iteration is PyTorch's.
#include <cstdlib>
#include <string>

#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "bench/support/step_loop.h"
#include "data/loading/loader.h"
#include "data/sets/list_file.h"
#include "engine/io/weights.h"
#include "layers/functional/autocast.h"
#include "models/weights/pretrained.h"
#include "train/recipes/scribble/scribble_reader.h"
#include "train/recipes/scribble/scribble_step.h"

namespace salix::bench {
namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

data::Batch first_batch() {
  data::DatasetOptions options;
  options.root = setting("SALIX_BENCH_ROOT", "");
  data::Loader loader(data::listed_training_samples(setting("SALIX_BENCH_LIST", ""), options),
                      std::make_shared<ScribbleReader>(ScribbleLook{}),
                      {.batch = std::stoi(setting("SALIX_BENCH_BATCH", "4")), .workers = 0});
  loader.start_epoch(1);
  return *loader.next();
}

void scribble_step(benchmark::State& state, Precision precision) {
  const std::string weights = setting("SALIX_BENCH_WEIGHTS", "");
  if (weights.empty() || setting("SALIX_BENCH_LIST", "").empty()) {
    state.SkipWithError("needs SALIX_BENCH_WEIGHTS, SALIX_BENCH_LIST and SALIX_BENCH_ROOT");
    return;
  }
  Exec& exec = bench_exec(precision);
  release_memory();
  const Autocast policy(exec, precision == Precision::kBf16);
  const std::unique_ptr<Network> network = make_network(exec, "sfnet");
  import_network(*network, io::read_weights(weights).arrays);
  network->train();
  const StepInput batch = to_device(exec, first_batch());
  ScribbleStepParams params;
  params.drop_path = false;
  params.picture_every = 0;
  ScribbleStep step(exec, *network, params);
  Iteration iteration(exec, step);
  exec.allocator()->reset_peak();
  run_steps(state, precision, iteration, batch);
  add_memory(state, exec);
}

void add(Precision precision) {
  const std::string tail = precision == Precision::kFloat32 ? "" : str("_", name_of(precision));
  benchmark::RegisterBenchmark(("scribble_step/sfnet" + tail).c_str(), scribble_step, precision)
      ->Iterations(on_cuda() ? 30 : 3)
      ->Unit(benchmark::kMillisecond)
      ->Apply(timed);
}

const bool registered = [] {
  add(Precision::kFloat32);
  if (on_cuda()) {
    add(Precision::kTf32);
    add(Precision::kBf16);
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
