#include "data/image/resampling.h"

#include <cstring>

#include "data/image/resize_pillow.h"
#include "engine/error.h"

namespace salix::data {
namespace {

std::vector<int> floor_axis(int in_size, int out_size) {
  std::vector<int> source(out_size);
  for (int i = 0; i < out_size; ++i) {
    source[i] = static_cast<int>(std::int64_t{i} * in_size / out_size);
  }
  return source;
}

}  // namespace

Image resample(const Image& image, int height, int width, Resampling resampling) {
  return resampling == Resampling::kNearest ? resize_nearest_floor(image, height, width)
                                            : resize_bicubic_pillow(image, height, width);
}

Image resample_labels(const Image& image, int height, int width, Resampling resampling) {
  return resampling == Resampling::kNearest ? resize_nearest_floor(image, height, width)
                                            : resize_nearest_pillow(image, height, width);
}

Image resize_nearest_floor(const Image& image, int height, int width) {
  SALIX_CHECK(image.height > 0 && image.width > 0 && height > 0 && width > 0,
              "resize_nearest_floor: sizes must be positive; got ", image.height, " x ",
              image.width, " to ", height, " x ", width);
  const std::vector<int> rows = floor_axis(image.height, height);
  const std::vector<int> columns = floor_axis(image.width, width);
  const auto channels = static_cast<std::size_t>(image.channels);
  Image out(height, width, image.channels);
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j)
      std::memcpy(out.at(i, j), image.at(rows[i], columns[j]), channels);
  return out;
}

}  // namespace salix::data
