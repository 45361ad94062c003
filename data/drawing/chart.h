// Line charts, as SVG text and as pixels: curves over two axes with ticks, and a legend.
#pragma once

#include <string>
#include <vector>

#include "data/image/image.h"

namespace salix::data {

struct Series {
  std::string name;
  std::vector<double> x, y;  // equally many; where one is not finite, the line is interrupted
  int colour = -1;           // a place in the palette; -1: the place among the series
  bool pale = false;         // a thin faint line: single values behind their mean
  bool dots = false;         // a dot at each point: few values, read one by one
};

struct Axis {
  std::string title;
  double low = 0, high = 1;  // what lies outside is drawn at the border
  bool whole = false;        // ticks at whole numbers only
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

constexpr int kChartColours = 7;

// The chart as an <svg> element inside an HTML page, in that page's font and colours: no title,
// no legend, no background, at most five ticks an axis. `name` is what a screen reader says. The
// page's style sheet gives strokes to .grid, .axis, .c0 to .c6 (with .pale for faint ones), fill
// to text and text.faint.
std::string chart_svg_inline(const Chart& chart, const std::string& name);

}  // namespace salix::data
