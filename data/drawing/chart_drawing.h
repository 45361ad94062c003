// A chart as a list of strokes and labels, before it is known how they are drawn.
#pragma once

#include <string>
#include <vector>

#include "data/drawing/chart.h"
#include "data/image/image.h"

namespace salix::data::detail {

struct Point {
  double x, y;  // pixels, y downwards; pixel (i, j) covers [j, j+1) x [i, i+1)
};

enum class Role { kInk, kFaint, kGrid, kSeries };

struct Ink {
  Role role;
  int colour = 0;     // of a series: a place in the palette
  bool pale = false;  // likewise

  bool operator==(const Ink&) const = default;
};

// On white paper.
Rgb rgb_of(const Ink& ink);

struct Stroke {
  std::vector<Point> points;  // at least two; two equal ones are a dot
  Ink ink;
  double width;
};

enum class Anchor { kStart, kMiddle, kEnd };

struct Label {
  Point at;  // the anchor, half way up the text
  std::string text;
  Anchor anchor;
  Role role;
  bool strong = false;
};

struct Drawing {
  int width, height;
  std::vector<Stroke> strokes;  // later ones cover earlier ones
  std::vector<Label> labels;
};

constexpr Rgb kPaper = {255, 255, 255};
constexpr int kTextScale = 2;  // pixels per dot of the bitmap font

// Where things stand, in pixels.
struct ChartLayout {
  int left, top, bottom, right;  // margins of the plot; left < 0: what the tick labels need
  int legend;                    // its width; 0: neither legend nor title
  int ticks;                     // at most, per axis
  double tick, x_label, x_title, y_label, y_title;  // distances from the plot
  double curve;                                     // width of a line
};
constexpr ChartLayout kPosterLayout = {76, 84, 78, 28, 230, 7, 6, 20, 50, 12, 22, 2.5};
constexpr ChartLayout kInlineLayout = {-1, 26, 40, 8, 0, 5, 4, 13, 31, 8, 15, 1.75};

Drawing draw_chart(const Chart& chart, const ChartLayout& layout);

}  // namespace salix::data::detail
