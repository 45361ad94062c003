// What every metric compares: one prediction and its ground truth, in the types of the formulas.
#pragma once

#include <cstdint>
#include <vector>

#include "data/image/image.h"

namespace salix::metrics {

// Row-major [H,W] each; flat index y * width + x.
struct SaliencyPair {
  int height = 0;
  int width = 0;
  std::vector<double> prediction;   // 0..1
  std::vector<std::uint8_t> level;  // trunc(255 p), in the prediction's own precision
  std::vector<std::uint8_t> truth;  // 0 or 1
  std::int64_t foreground = 0;      // ones in truth

  std::int64_t pixels() const { return static_cast<std::int64_t>(prediction.size()); }
  bool empty() const { return foreground == 0; }
  bool full() const { return foreground == pixels(); }
};

// prediction [H,W] in 0..1, truth [H,W,1], nonzero is foreground.
// Errors    InvalidInput for other sizes, no pixels, more than 32767 rows or columns, and for
//           a value outside 0..1 or not a number.
SaliencyPair make_pair(const data::FloatMap& prediction, const data::Image& truth);

// A saved map [H,W,1] stretched in float64: (m - min) / (max - min), or m / 255 if constant.
SaliencyPair make_stretched_pair(const data::Image& map, const data::Image& truth);

// The smallest and the largest pixel of a grey image with pixels.
struct LevelRange {
  int min, max;
};
LevelRange level_range(const data::Image& grey);

}  // namespace salix::metrics
