// The whole dense CRF, 10 iterations. $SALIX_BENCH_IMAGES, a folder, names the guides (resized to
// 320x320, taking turns), and $SALIX_BENCH_MAPS their maps of the same names; else painted scenes.
#include <cstdlib>
#include <filesystem>

#include "bench/support/roofline.h"
#include "data/image/image_io.h"
#include "data/image/resize_pillow.h"
#include "data/scenes/synthetic_scene.h"
#include "data/sets/file_list.h"
#include "train/crf/dense_crf.h"

namespace salix::bench {
namespace {

constexpr int kSide = 320;

struct Sample {
  data::Image guide, labels;
};

Sample sample(const data::Image& image, const data::Image& mask) {
  Sample made{data::resize_bicubic_pillow(image, kSide, kSide),
              data::resize_nearest_pillow(mask, kSide, kSide)};
  for (std::uint8_t& value : made.labels.pixels) value = value > 127 ? 1 : 0;
  return made;
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  const char* images = std::getenv("SALIX_BENCH_IMAGES");
  const char* maps = std::getenv("SALIX_BENCH_MAPS");
  if (images != nullptr && maps != nullptr) {
    for (const auto& path : data::list_images(std::vector<std::string>{images})) {
      const auto map = std::filesystem::path(maps) / path.stem().concat(".png");
      all.push_back(sample(data::read_rgb(path), data::read_grey(map)));
    }
    return all;
  }
  for (std::uint32_t i = 0; i < 5; ++i) {
    const data::Scene scene = data::paint_scene(1, i, {.height = kSide, .width = kSide});
    all.push_back(sample(scene.image, scene.mask));
  }
  return all;
}

void whole(benchmark::State& state) {
  const std::vector<Sample> all = samples();
  std::size_t next = 0;
  run(state, {}, [&] {
    const Sample& one = all[next++ % all.size()];
    benchmark::DoNotOptimize(dense_crf(bench_exec(), one.guide, one.labels).labels.pixels.data());
  });
}
BENCHMARK(whole)->Name("dense_crf_320")->Unit(benchmark::kMillisecond)->Apply(timed);

}  // namespace
}  // namespace salix::bench
