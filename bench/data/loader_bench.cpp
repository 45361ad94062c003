// The loader on JPEGs: samples per second by number of workers, and its steps one by one. The CPU
// column counts all threads, so that a busy machine does not spoil it.
#include "data/loading/loader.h"
#include "data/loading/saliency_reader.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "bench/support/roofline.h"
#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "data/scenes/generated_set.h"

namespace salix::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kPictures = 64;

// The generated RGB-D set that all runs read: in $SALIX_BENCH_DATASET (made there if it is not),
// or in a temporary folder that goes with the program.
class Pictures {
 public:
  Pictures() {
    const char* chosen = std::getenv("SALIX_BENCH_DATASET");
    temporary_ = chosen == nullptr;
    root_ = temporary_ ? fs::temp_directory_path() / ("salix_bench_" + std::to_string(::getpid()))
                       : fs::path(chosen);
    if (!fs::exists(root_ / "RGBD/RGBD-TR"))
      data::write_generated_set(root_, {.task = data::Task::kDepth,
                                        .name = "RGBD-TR",
                                        .training = true,
                                        .count = kPictures,
                                        .height = 300,
                                        .width = 400});
    samples_ = data::training_samples("d", {}, {.root = root_});
  }
  ~Pictures() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(root_, ignored);
  }
  Pictures(const Pictures&) = delete;
  Pictures& operator=(const Pictures&) = delete;

  const std::vector<data::SampleFiles>& samples() const { return samples_; }

 private:
  fs::path root_;
  bool temporary_ = false;
  std::vector<data::SampleFiles> samples_;
};

const std::vector<data::SampleFiles>& samples() {
  static const Pictures pictures;
  return pictures.samples();
}

// Whole epochs of 320 x 320 batches of 8. letters "c": image only, as in stage 1; "cd": image,
// depth and mask, as in stage 2.
void loader(benchmark::State& state, const char* letters, bool with_masks) {
  const auto workers = static_cast<int>(state.range(0));
  data::Loader loader(samples(),
                      std::make_shared<data::SaliencyReader>(
                          data::SaliencyFields{.letters = letters, .with_masks = with_masks}),
                      {.workers = workers});
  std::int64_t epoch = 0, count = 0;
  for (auto _ : state) {
    loader.start_epoch(epoch++);
    while (auto batch = loader.next()) count += static_cast<std::int64_t>(batch->samples.size());
  }
  state.counters["samples_per_s"] =
      benchmark::Counter(static_cast<double>(count), benchmark::Counter::kIsRate);
  state.counters["samples"] =
      benchmark::Counter(static_cast<double>(count), benchmark::Counter::kAvgIterations);
}
BENCHMARK_CAPTURE(loader, image, "c", false)
    ->Arg(1)
    ->Arg(2)
    ->MeasureProcessCPUTime()
    ->Apply(timed)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loader, image_depth_mask, "cd", true)
    ->Arg(1)
    ->Arg(2)
    ->MeasureProcessCPUTime()
    ->Apply(timed)
    ->Unit(benchmark::kMillisecond);

void decode_jpeg(benchmark::State& state) {
  const auto bytes = data::read_file_bytes(samples()[0].image);
  for (auto _ : state) benchmark::DoNotOptimize(data::decode_rgb(bytes, "bench"));
}
BENCHMARK(decode_jpeg)->MeasureProcessCPUTime()->Apply(timed)->Unit(benchmark::kMillisecond);

void resize_bicubic(benchmark::State& state) {
  const data::Image image = data::read_rgb(samples()[0].image);
  for (auto _ : state) benchmark::DoNotOptimize(data::resize_bicubic_pillow(image, 320, 320));
}
BENCHMARK(resize_bicubic)->MeasureProcessCPUTime()->Apply(timed)->Unit(benchmark::kMillisecond);

void normalize(benchmark::State& state) {
  const data::Image image(320, 320, 3, 100);
  std::vector<float> out(image.pixels.size());
  for (auto _ : state) {
    data::normalize_rgb(image, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(normalize)->MeasureProcessCPUTime()->Apply(timed)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace salix::bench
