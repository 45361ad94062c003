// One training step of stage 1 on a fixed batch: two forward passes, losses, backward, optimizer.
// scale is u of the second size S + 64 u; full:1 computes the resting encoder's gradients too.
// $SALIX_BENCH_WEIGHTS (an a2s file) and $SALIX_BENCH_IMAGES (a folder) are needed;
// $SALIX_BENCH_SIZE and $SALIX_BENCH_BATCH replace 320 and 8. On a GPU also in TF32 and under
// autocast (bf16). The loss is that of the fourth step, whatever the number of steps.
#include <cstdlib>
#include <string>

#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "bench/support/step_loop.h"
#include "data/loading/loader.h"
#include "data/loading/saliency_reader.h"
#include "data/sets/file_list.h"
#include "layers/functional/autocast.h"
#include "models/weights/load_network.h"
#include "train/recipes/a2s/a2s_step.h"

namespace salix::bench {
namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

std::vector<data::SampleFiles> samples_in(const std::string& folder) {
  std::vector<data::SampleFiles> samples;
  for (const auto& path : data::list_images(std::vector{folder})) {
    data::SampleFiles sample;
    sample.name = path.stem().string();
    sample.image = path;
    samples.push_back(sample);
  }
  return samples;
}

void stage1_step(benchmark::State& state, Precision precision) {
  const std::string weights = setting("SALIX_BENCH_WEIGHTS", "");
  const std::string images = setting("SALIX_BENCH_IMAGES", "");
  if (weights.empty() || images.empty()) {
    state.SkipWithError("needs SALIX_BENCH_WEIGHTS and SALIX_BENCH_IMAGES");
    return;
  }
  const int size = std::stoi(setting("SALIX_BENCH_SIZE", "320"));
  Exec& exec = bench_exec(precision);
  release_memory();
  const Autocast policy(exec, precision == Precision::kBf16);
  const LoadedNetwork loaded = load_network(exec, "a2s", weights, false);
  Network& network = *loaded.network;
  network.train();
  data::Loader loader(samples_in(images),
                      std::make_shared<data::SaliencyReader>(data::SaliencyFields{.size = size}),
                      {.batch = std::stoi(setting("SALIX_BENCH_BATCH", "8")), .workers = 0});
  loader.start_epoch(1);
  const data::Batch first = *loader.next();
  const StepInput batch = to_device(exec, first);
  A2sStep step(network, {.epochs = 20,
                         .steps_per_epoch = 1000,
                         .second_size = size + 64 * static_cast<int>(state.range(0)),
                         .skip_resting_encoder = state.range(1) == 0});
  Iteration iteration(exec, step);
  exec.allocator()->reset_peak();
  run_steps(state, precision, iteration, batch);
  add_memory(state, exec);
}

void add(Precision precision, const std::vector<std::int64_t>& scales, std::int64_t full) {
  const std::string tail = precision == Precision::kFloat32 ? "" : str("_", name_of(precision));
  benchmark::RegisterBenchmark(("stage1_step" + tail).c_str(), stage1_step, precision)
      ->ArgNames({"scale", "full"})
      ->ArgsProduct({scales, {full}})
      ->Iterations(on_cuda() ? 30 : 3)
      ->Unit(benchmark::kMillisecond)
      ->Apply(timed);
}

const bool registered = [] {
  if (on_cuda()) {  // the most telling first: a run may be cut off
    for (const std::int64_t scale : {1, -2, -1, 2}) {
      for (const auto precision : {Precision::kBf16, Precision::kTf32, Precision::kFloat32})
        add(precision, {scale}, 0);
    }
    add(Precision::kFloat32, {1, -2, -1, 2}, 1);
  } else {
    for (const std::int64_t full : {0, 1}) add(Precision::kFloat32, {-2, -1, 1, 2}, full);
  }
  return true;
}();

}  // namespace
}  // namespace salix::bench
