// One training step of stage 1 on a fixed batch: two forward passes, losses, backward, optimizer.
// scale is u of the second size S + 64 u; full:1 computes the resting encoder's gradients too.
// $SALIX_BENCH_WEIGHTS (an a2s file) and $SALIX_BENCH_IMAGES (a folder) are needed;
// $SALIX_BENCH_SIZE and $SALIX_BENCH_BATCH replace 320 and 8. On a GPU also in TF32 and under
// autocast (bf16). The loss is that of the fourth step, whatever the number of steps.
#include <cstdlib>
#include <optional>
#include <string>

#include "bench/support/memory.h"
#include "bench/support/roofline.h"
#include "data/sets/file_list.h"
#include "layers/functional/autocast.h"
#include "models/weights/load_network.h"
#include "train/recipes/a2s/stage1_batch.h"

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
  std::optional<Queued<Stage1Report>> before;  // as a training run reports: one step late
  run(state, {.precision = precision}, [&] {
    Queued<Stage1Report> queued = step.queue(batch);
    if (before) {
      const Stage1Report report = before->report();
      if (batch.step == 5) state.counters["loss"] = report.total;  // of the fourth
    }
    before = std::move(queued);
    ++batch.step;
  });
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
