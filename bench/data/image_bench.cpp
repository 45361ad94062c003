// A picture on its way to the network: JPEG decoded, bicubic to 320x320, normalised. The
// picture is $SALIX_BENCH_JPEG or, without it, a painted scene of 400x300. Images are worked
// on by one thread each, as the loader does. Peer: bench/compare_images.py.
#include <cstdlib>

#include "bench/support/roofline.h"
#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "data/scenes/synthetic_scene.h"

namespace salix::bench {
namespace {

constexpr int kSize = 320;

const std::vector<std::uint8_t>& jpeg() {
  static const std::vector<std::uint8_t> bytes = [] {
    const char* file = std::getenv("SALIX_BENCH_JPEG");
    if (file != nullptr) return data::read_file_bytes(file);
    return data::encode_jpeg(data::paint_scene(7, 0, {.height = 300, .width = 400}).image, 90);
  }();
  return bytes;
}

void decode(benchmark::State& state) {
  const double pixels = static_cast<double>(data::decode_rgb(jpeg(), "bench").pixels.size());
  run(state, {.bytes = pixels + static_cast<double>(jpeg().size())},
      [&] { benchmark::DoNotOptimize(data::decode_rgb(jpeg(), "bench").pixels.data()); });
}

void resize(benchmark::State& state) {
  const data::Image image = data::decode_rgb(jpeg(), "bench");
  run(state, {.bytes = static_cast<double>(image.pixels.size()) + 3.0 * kSize * kSize}, [&] {
    benchmark::DoNotOptimize(data::resize_bicubic_pillow(image, kSize, kSize).pixels.data());
  });
}

void normalize(benchmark::State& state) {
  const data::Image image =
      data::resize_bicubic_pillow(data::decode_rgb(jpeg(), "bench"), kSize, kSize);
  std::vector<float> out(image.pixels.size());
  run(state, {.bytes = static_cast<double>(image.pixels.size()) * (1 + sizeof(float))}, [&] {
    data::normalize_rgb(image, out);
    benchmark::DoNotOptimize(out.data());
  });
}

BENCHMARK(decode)->Name("image_decode_jpeg")->Unit(benchmark::kMillisecond)->Apply(timed);
BENCHMARK(resize)->Name("image_resize_bicubic_320")->Unit(benchmark::kMillisecond)->Apply(timed);
BENCHMARK(normalize)->Name("image_normalize_320")->Unit(benchmark::kMillisecond)->Apply(timed);

}  // namespace
}  // namespace salix::bench
