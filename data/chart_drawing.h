// A chart as a list of strokes and labels, before it is known how they are drawn.
#pragma once

#include <string>
#include <vector>

#include "data/chart.h"
#include "data/image.h"

namespace salix::data::detail {

struct Point {
  double x, y;  // pixels, y downwards; pixel (i, j) covers [j, j+1) x [i, i+1)
};

struct Stroke {
  std::vector<Point> points;  // at least two
  Rgb colour;
  double width;
};

enum class Anchor { kStart, kMiddle, kEnd };

struct Label {
  Point at;  // the anchor, half way up the text
  std::string text;
  Anchor anchor;
  Rgb colour;
  bool strong = false;
};

struct Drawing {
  int width, height;
  std::vector<Stroke> strokes;  // later ones cover earlier ones
  std::vector<Label> labels;
};

constexpr Rgb kPaper = {255, 255, 255};
constexpr int kTextScale = 2;  // pixels per dot of the bitmap font

Drawing draw_chart(const Chart& chart);

}  // namespace salix::data::detail
