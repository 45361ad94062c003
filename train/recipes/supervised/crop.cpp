#include "train/recipes/supervised/crop.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/philox.h"

namespace salix {
namespace {

constexpr int kShare = 8;

// [begin, end) of `in` pixels as a part of `out` pixels.
void scale_range(int begin, int size, int in, int out, int& scaled_begin, int& scaled_size) {
  const auto place = [&](int at) { return static_cast<int>(std::int64_t{at} * out / in); };
  scaled_begin = std::min(place(begin), out - 1);
  scaled_size = std::max(1, place(begin + size) - scaled_begin);
}

}  // namespace

CropDraws draw_crop(int height, int width, std::uint64_t seed, std::int64_t epoch,
                    std::int64_t sample) {
  SALIX_CHECK(height > 0 && width > 0 && epoch >= 0 && epoch <= 0xFFFFFFFF && sample >= 0,
              "draw_crop: needs a size, an epoch of 0 to 2^32 - 1 and a sample; got ", height,
              " x ", width, ", ", epoch, ", ", sample);
  const PhiloxKey key{seed, kCropStream, static_cast<std::uint32_t>(epoch)};
  const auto below = [&](std::uint64_t k, int range) {
    const std::uint64_t bits = philox_bits(key, 4 * static_cast<std::uint64_t>(sample) + k);
    return static_cast<int>((static_cast<std::uint64_t>(range) * bits) >> 32);
  };
  CropDraws draws;
  draws.rows = below(0, height / kShare);
  draws.columns = below(1, width / kShare);
  draws.top = below(2, draws.rows);
  draws.left = below(3, draws.columns);
  return draws;
}

data::CropBox crop_box(int height, int width, const CropDraws& draws) {
  return {draws.top, draws.left, height - draws.rows, width - draws.columns};
}

data::CropBox box_in(const data::Image& image, const data::CropBox& box, int height, int width) {
  data::CropBox scaled;
  scale_range(box.top, box.height, height, image.height, scaled.top, scaled.height);
  scale_range(box.left, box.width, width, image.width, scaled.left, scaled.width);
  return scaled;
}

}  // namespace salix
