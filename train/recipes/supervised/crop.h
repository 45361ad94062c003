// The random crop of supervised training: up to an eighth of each side is cut away.
#pragma once

#include <cstdint>

#include "data/image/crop.h"

namespace salix {

// A Philox stream (engine/philox.h), apart from all others.
constexpr std::uint32_t kCropStream = 0x5A10D2;

// The numbers behind a box: how many rows and columns are cut away, and how many of them from the
// top and from the left.
struct CropDraws {
  int rows = 0, columns = 0, top = 0, left = 0;
};

// For an image of H x W, sample `sample` of the data set, uniform in their ranges: rows in
// [0, floor(H / 8)), columns in [0, floor(W / 8)), top in [0, rows), left in [0, columns); 0 where
// a range is empty, so an axis shorter than 8 pixels stays whole (SALOD's code fails there).
// Number k of these four is floor(range * philox_bits({seed, kCropStream, epoch}, 4 sample + k) /
// 2^32).
CropDraws draw_crop(int height, int width, std::uint64_t seed, std::int64_t epoch,
                    std::int64_t sample);

data::CropBox crop_box(int height, int width, const CropDraws& draws);

// The same part of an image of another size, at least one pixel; `box` lies in height x width.
data::CropBox box_in(const data::Image& image, const data::CropBox& box, int height, int width);

}  // namespace salix
