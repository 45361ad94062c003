// Line charts, as SVG text and as pixels: curves over two axes with ticks, and a legend.
#pragma once

#include <string>
#include <vector>

#include "data/image.h"

namespace salix::data {

struct Series {
  std::string name;
  std::vector<double> x, y;  // equally many; where one is not finite, the line is interrupted
};

struct Axis {
  std::string title;
  double low = 0, high = 1;  // what lies outside is drawn at the border
};

struct Chart {
  std::string title;
  Axis x, y;
  std::vector<Series> series;  // drawn in this order, the first on top
  int width = 900;
  int height = 560;
};

// Both draw the same strokes and labels. Colours are told apart by people with any colour
// vision; after seven of them lines are dashed.
// Errors    InvalidInput for an empty axis, a size below 300 x 200 or above 8192, and a series
//           with more x than y values or the reverse.
std::string chart_svg(const Chart& chart);
Image chart_image(const Chart& chart);

}  // namespace salix::data
