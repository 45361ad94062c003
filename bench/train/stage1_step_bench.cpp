// One training step of stage 1 on a fixed batch: two forward passes, losses, backward, optimizer.
// scale is u of the second size S + 64 u; full:1 computes the resting encoder's gradients too.
// $SALIX_BENCH_WEIGHTS (an a2s file) and $SALIX_BENCH_IMAGES (a folder) are needed;
// $SALIX_BENCH_SIZE and $SALIX_BENCH_BATCH replace 320 and 8.
#include <cstdlib>
#include <string>

#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "data/file_list.h"
#include "models/load_network.h"
#include "train/stage1/stage1_batch.h"

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

void stage1_step(benchmark::State& state) {
  const std::string weights = setting("SALIX_BENCH_WEIGHTS", "");
  const std::string images = setting("SALIX_BENCH_IMAGES", "");
  if (weights.empty() || images.empty()) {
    state.SkipWithError("needs SALIX_BENCH_WEIGHTS and SALIX_BENCH_IMAGES");
    return;
  }
  const int size = std::stoi(setting("SALIX_BENCH_SIZE", "320"));
  Exec& exec = bench_exec();
  release_memory();
  const LoadedNetwork loaded = load_network(exec, "a2s", weights, false);
  auto& network = dynamic_cast<A2s&>(*loaded.network);
  network.train();
  data::Loader loader(
      samples_in(images),
      {.batch = std::stoi(setting("SALIX_BENCH_BATCH", "8")), .size = size, .workers = 0});
  loader.start_epoch(1);
  Stage1Batch batch = make_stage1_batch(exec, *loader.next(), size, 0, 1);
  batch.second_size = size + 64 * static_cast<int>(state.range(0));
  Stage1Step step(network, {.epochs = 20,
                            .steps_per_epoch = 1000,
                            .encoder_rests = true,
                            .skip_resting_encoder = state.range(1) == 0});
  exec.allocator()->reset_peak();
  run(state, {}, [&] {
    state.counters["loss"] = step(batch).total;
    ++batch.step;
  });
  add_memory(state, exec);
}
BENCHMARK(stage1_step)
    ->Name("stage1_step")
    ->ArgNames({"scale", "full"})
    ->ArgsProduct({{-2, -1, 1, 2}, {0, 1}})
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->Apply(timed);

}  // namespace
}  // namespace salix::bench
