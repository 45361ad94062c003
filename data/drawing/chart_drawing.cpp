#include "data/drawing/chart_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "data/drawing/bitmap_font.h"
#include "engine/error.h"

namespace salix::data::detail {
namespace {

constexpr Rgb kInk = {52, 50, 46}, kFaintInk = {110, 106, 98}, kGrid = {226, 224, 219};
// Okabe and Ito's colours but for the yellow, which is too pale for a thin line on white.
constexpr std::array<Rgb, 7> kColours = {{{0, 114, 178},
                                          {213, 94, 0},
                                          {0, 158, 115},
                                          {204, 121, 167},
                                          {86, 180, 233},
                                          {230, 159, 0},
                                          {60, 60, 60}}};
static_assert(kColours.size() == kChartColours);
constexpr double kDash = 9, kDashGap = 6, kLegendLine = 28, kLegendStep = 26;
constexpr int kBareTop = 8;         // of an inline chart whose vertical axis has no title
constexpr double kCharacter = 6.8;  // of a digit, where the left margin follows the tick labels

// Multiples of a round step along an axis.
std::vector<double> ticks(const Axis& axis, int most) {
  const double low = axis.low, high = axis.high;
  const double least = (high - low) / (most - 1),
               power = std::pow(10, std::floor(std::log10(least)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.5, 2.0, 1.0})
    if (factor * power >= least * (1 - 1e-9)) step = factor * power;
  if (axis.whole && step < 5) step = step <= 1 ? 1 : step <= 2 ? 2 : 5;
  const auto first = static_cast<long>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<long>(std::floor(high / step + 1e-9));
  std::vector<double> values;
  for (long k = first; k <= last; ++k) values.push_back(static_cast<double>(k) * step);
  return values;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", std::abs(value) < 1e-12 ? 0.0 : value);
  return text;
}

struct Frame {
  const ChartLayout& layout;
  double left, right, top, bottom;  // of the plot, in pixels
  const Axis& x_axis;
  const Axis& y_axis;

  double x(double value) const {
    const double part = (value - x_axis.low) / (x_axis.high - x_axis.low);
    return left + std::clamp(part, 0.0, 1.0) * (right - left);
  }
  double y(double value) const {
    const double part = (value - y_axis.low) / (y_axis.high - y_axis.low);
    return bottom - std::clamp(part, 0.0, 1.0) * (bottom - top);
  }
};

void draw_axes(Drawing& drawing, const Frame& frame) {
  const ChartLayout& layout = frame.layout;
  const auto line = [&](Point from, Point to, Role role) {
    drawing.strokes.push_back({{from, to}, {role}, 1});
  };
  const std::vector<double> columns = ticks(frame.x_axis, layout.ticks);
  const std::vector<double> rows = ticks(frame.y_axis, layout.ticks);
  const auto at_x = [&](double value) { return std::floor(frame.x(value)) + 0.5; };
  const auto at_y = [&](double value) { return std::floor(frame.y(value)) + 0.5; };
  for (const double value : columns)
    line({at_x(value), frame.top}, {at_x(value), frame.bottom}, Role::kGrid);
  for (const double value : rows)
    line({frame.left, at_y(value)}, {frame.right, at_y(value)}, Role::kGrid);
  for (const double value : columns) {
    const double x = at_x(value);
    line({x, frame.bottom}, {x, frame.bottom + layout.tick}, Role::kInk);
    drawing.labels.push_back(
        {{x, frame.bottom + layout.x_label}, number(value), Anchor::kMiddle, Role::kInk});
  }
  for (const double value : rows) {
    const double y = at_y(value);
    line({frame.left - layout.tick, y}, {frame.left, y}, Role::kInk);
    drawing.labels.push_back(
        {{frame.left - layout.y_label, y}, number(value), Anchor::kEnd, Role::kInk});
  }
  line({frame.left, frame.top}, {frame.left, frame.bottom}, Role::kInk);
  line({frame.left, frame.bottom}, {frame.right, frame.bottom}, Role::kInk);
  drawing.labels.push_back({{(frame.left + frame.right) / 2, frame.bottom + layout.x_title},
                            frame.x_axis.title,
                            Anchor::kMiddle,
                            Role::kFaint});
  const double title_left = layout.left < 0 ? 0 : frame.left - layout.y_label;
  drawing.labels.push_back(
      {{title_left, frame.top - layout.y_title}, frame.y_axis.title, Anchor::kStart, Role::kFaint});
}

// The pieces of a line that are inked when it is dashed, by length along the line.
std::vector<std::vector<Point>> dashes(const std::vector<Point>& line) {
  std::vector<std::vector<Point>> pieces;
  double position = 0;  // within a dash and the gap after it
  bool open = false;
  for (std::size_t k = 0; k + 1 < line.size(); ++k) {
    const Point a = line[k], b = line[k + 1];
    const double length = std::hypot(b.x - a.x, b.y - a.y);
    for (double done = 0; done < length;) {
      const bool inked = position < kDash;
      const double step =
          std::min(length - done, (inked ? kDash : kDash + kDashGap) - position + 1e-9);
      const auto at = [&](double s) {
        return Point{a.x + (b.x - a.x) * s / length, a.y + (b.y - a.y) * s / length};
      };
      if (inked) {
        if (!open) pieces.push_back({at(done)});
        pieces.back().push_back(at(done + step));
      }
      open = inked;
      done += step;
      position += step;
      if (position >= kDash + kDashGap) position = 0;
    }
  }
  return pieces;
}

// How a series looks, by its place among the others.
struct Pen {
  Ink ink;
  double width;
  bool dashed;
};

Pen pen_of(const Series& series, std::size_t index, double width) {
  const int place = series.colour < 0 ? static_cast<int>(index) : series.colour;
  return {{Role::kSeries, place % kChartColours, series.pale},
          series.pale ? width / 2 : width,
          place / kChartColours % 2 != 0};
}

void draw_line(Drawing& drawing, const std::vector<Point>& line, const Pen& pen) {
  if (line.size() < 2) return;
  if (!pen.dashed) {
    drawing.strokes.push_back({line, pen.ink, pen.width});
  } else {
    for (auto& piece : dashes(line)) drawing.strokes.push_back({piece, pen.ink, pen.width});
  }
}

void draw_series(Drawing& drawing, const Frame& frame, const Series& series, const Pen& pen) {
  std::vector<Point> line;
  for (std::size_t k = 0; k < series.x.size(); ++k) {
    if (std::isfinite(series.x[k]) && std::isfinite(series.y[k])) {
      const Point point = {frame.x(series.x[k]), frame.y(series.y[k])};
      line.push_back(point);
      if (series.dots) drawing.strokes.push_back({{point, point}, pen.ink, 3 * pen.width});
    } else {
      draw_line(drawing, line, pen);
      line.clear();
    }
  }
  draw_line(drawing, line, pen);
}

void draw_legend(Drawing& drawing, const Frame& frame, const std::vector<Series>& series) {
  const double left = frame.right + 22;
  const int room = static_cast<int>(drawing.width - left - kLegendLine - 14);
  for (std::size_t k = 0; k < series.size(); ++k) {
    const double y = frame.top + 10 + kLegendStep * static_cast<double>(k);
    if (y > frame.bottom) break;  // more names than fit; the curves are there all the same
    draw_line(drawing, {{left, y}, {left + kLegendLine, y}},
              pen_of(series[k], k, frame.layout.curve));
    drawing.labels.push_back({{left + kLegendLine + 8, y},
                              shorten_text(series[k].name, room, kTextScale),
                              Anchor::kStart,
                              Role::kInk});
  }
}

// The left margin that the labels of the vertical axis need.
int label_room(const Axis& axis, const ChartLayout& layout) {
  std::size_t longest = 1;
  for (const double value : ticks(axis, layout.ticks))
    longest = std::max(longest, number(value).size());
  return static_cast<int>(layout.y_label + kCharacter * static_cast<double>(longest)) + 1;
}

void check(const Chart& chart) {
  SALIX_CHECK(
      chart.width >= 300 && chart.height >= 200 && chart.width <= 8192 && chart.height <= 8192,
      "chart: the size must be 300 x 200 to 8192 x 8192; got ", chart.width, " x ", chart.height);
  for (const Axis* axis : {&chart.x, &chart.y})
    SALIX_CHECK(std::isfinite(axis->low) && std::isfinite(axis->high) && axis->low < axis->high,
                "chart: an axis must run from a lower to a higher number; '", axis->title, "' has ",
                axis->low, " and ", axis->high);
  for (const Series& series : chart.series)
    SALIX_CHECK(series.x.size() == series.y.size(), "chart: '", series.name,
                "' must have as many x as y values; got ", series.x.size(), " and ",
                series.y.size());
}

Rgb paler(Rgb colour) {
  const auto mixed = [](int ink, int paper) {
    return static_cast<std::uint8_t>((ink + 2 * paper) / 3);
  };
  return {mixed(colour.r, kPaper.r), mixed(colour.g, kPaper.g), mixed(colour.b, kPaper.b)};
}

}  // namespace

Rgb rgb_of(const Ink& ink) {
  if (ink.role == Role::kInk) return kInk;
  if (ink.role == Role::kFaint) return kFaintInk;
  if (ink.role == Role::kGrid) return kGrid;
  const Rgb colour = kColours[static_cast<std::size_t>(ink.colour)];
  return ink.pale ? paler(colour) : colour;
}

Drawing draw_chart(const Chart& chart, const ChartLayout& layout) {
  check(chart);
  Drawing drawing{chart.width, chart.height, {}, {}};
  const int legend = chart.series.empty() ? 0 : std::min(layout.legend, chart.width / 3);
  const int left = layout.left < 0 ? label_room(chart.y, layout) : layout.left;
  const int top = layout.left < 0 && chart.y.title.empty() ? kBareTop : layout.top;
  const Frame frame{layout,
                    left + 0.5,
                    chart.width - layout.right - legend + 0.5,
                    top + 0.5,
                    chart.height - layout.bottom + 0.5,
                    chart.x,
                    chart.y};
  draw_axes(drawing, frame);
  for (std::size_t k = chart.series.size(); k-- > 0;)
    draw_series(drawing, frame, chart.series[k], pen_of(chart.series[k], k, layout.curve));
  if (layout.legend == 0) return drawing;
  draw_legend(drawing, frame, chart.series);
  drawing.labels.push_back(
      {{left - layout.y_label, 28}, chart.title, Anchor::kStart, Role::kInk, true});
  return drawing;
}

}  // namespace salix::data::detail
