// Size and mean position of a set of pixels.
#pragma once

#include <cstdint>

namespace salix::metrics {

struct Moments {
  std::int64_t count = 0, rows = 0, columns = 0;  // pixels, sums of their rows and columns

  double row() const { return static_cast<double>(rows) / static_cast<double>(count); }
  double column() const { return static_cast<double>(columns) / static_cast<double>(count); }
};

// inside(flat index) in an image [height,width].
template <typename Inside>
Moments moments_of(int height, int width, const Inside& inside) {
  Moments total;
  for (int y = 0; y < height; ++y) {
    const std::int64_t row = std::int64_t{y} * width;
    int count = 0, columns = 0;  // below 2^30 for sides up to 32767
    for (int x = 0; x < width; ++x) {
      const int in = inside(row + x) ? 1 : 0;
      count += in;
      columns += in * x;
    }
    total.count += count;
    total.rows += std::int64_t{count} * y;
    total.columns += columns;
  }
  return total;
}

}  // namespace salix::metrics
