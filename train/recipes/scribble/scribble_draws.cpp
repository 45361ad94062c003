#include "train/recipes/scribble/scribble_draws.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/philox.h"

namespace salix {
namespace {

constexpr int kDrawsPerSample = 12;  // nine, and the rest of their Philox block
constexpr int kBorder = 30;          // pixels that are cut away, at most
constexpr int kOneIn = 5;            // samples are rotated

}  // namespace

ScribbleDraws draw_scribble(int height, int width, const data::SampleRequest& request) {
  SALIX_CHECK(height > 0 && width > 0 && request.epoch >= 0 && request.epoch <= 0xFFFFFFFF &&
                  request.sample >= 0,
              "draw_scribble: needs a size, an epoch of 0 to 2^32 - 1 and a sample; got ", height,
              " x ", width, ", ", request.epoch, ", ", request.sample);
  const PhiloxKey key{request.seed, kScribbleStream, static_cast<std::uint32_t>(request.epoch)};
  const auto uniform = [&](std::uint64_t k, int lowest, int highest) {
    const std::uint64_t bits =
        philox_bits(key, kDrawsPerSample * static_cast<std::uint64_t>(request.sample) + k);
    const std::int64_t values = std::int64_t{highest} - lowest + 1;
    return lowest + static_cast<int>((static_cast<std::uint64_t>(values) * bits) >> 32);
  };
  const auto inner = [&](std::uint64_t k, int size) {
    return size == 1 ? 1 : uniform(k, std::max(1, size - kBorder), size - 1);
  };
  ScribbleDraws draws;
  draws.flip = uniform(0, 0, 1) == 1;
  draws.width = inner(1, width);
  draws.height = inner(2, height);
  const bool rotate = uniform(3, 0, kOneIn - 1) == 0;
  draws.degrees = rotate ? uniform(4, -15, 14) : 0;
  draws.brightness = uniform(5, 5, 15);
  draws.contrast = uniform(6, 5, 15);
  draws.colour = uniform(7, 0, 20);
  draws.sharpness = uniform(8, 0, 30);
  return draws;
}

}  // namespace salix
