#include "data/chart_drawing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "data/bitmap_font.h"
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
constexpr int kLeft = 76, kTop = 84, kBottom = 78, kLegend = 230, kRight = 28;
constexpr double kCurveWidth = 2.5, kDash = 9, kDashGap = 6, kLegendLine = 28, kLegendStep = 26;

// Multiples of a round step between low and high, at most seven of them.
std::vector<double> ticks(double low, double high) {
  const double least = (high - low) / 6, power = std::pow(10, std::floor(std::log10(least)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.5, 2.0, 1.0})
    if (factor * power >= least * (1 - 1e-9)) step = factor * power;
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
  const auto line = [&](Point from, Point to, Rgb colour) {
    drawing.strokes.push_back({{from, to}, colour, 1});
  };
  for (const double value : ticks(frame.x_axis.low, frame.x_axis.high)) {
    const double x = std::floor(frame.x(value)) + 0.5;
    line({x, frame.top}, {x, frame.bottom}, kGrid);
    line({x, frame.bottom}, {x, frame.bottom + 6}, kInk);
    drawing.labels.push_back({{x, frame.bottom + 20}, number(value), Anchor::kMiddle, kInk});
  }
  for (const double value : ticks(frame.y_axis.low, frame.y_axis.high)) {
    const double y = std::floor(frame.y(value)) + 0.5;
    line({frame.left, y}, {frame.right, y}, kGrid);
    line({frame.left - 6, y}, {frame.left, y}, kInk);
    drawing.labels.push_back({{frame.left - 12, y}, number(value), Anchor::kEnd, kInk});
  }
  line({frame.left, frame.top}, {frame.left, frame.bottom}, kInk);
  line({frame.left, frame.bottom}, {frame.right, frame.bottom}, kInk);
  drawing.labels.push_back({{(frame.left + frame.right) / 2, frame.bottom + 50},
                            frame.x_axis.title,
                            Anchor::kMiddle,
                            kFaintInk});
  drawing.labels.push_back(
      {{frame.left - 12, frame.top - 22}, frame.y_axis.title, Anchor::kStart, kFaintInk});
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

void draw_line(Drawing& drawing, const std::vector<Point>& line, std::size_t index) {
  if (line.size() < 2) return;
  const Rgb colour = kColours[index % kColours.size()];
  if (index / kColours.size() % 2 == 0) {
    drawing.strokes.push_back({line, colour, kCurveWidth});
  } else {
    for (auto& piece : dashes(line)) drawing.strokes.push_back({piece, colour, kCurveWidth});
  }
}

void draw_series(Drawing& drawing, const Frame& frame, const Series& series, std::size_t index) {
  std::vector<Point> line;
  for (std::size_t k = 0; k < series.x.size(); ++k) {
    if (std::isfinite(series.x[k]) && std::isfinite(series.y[k])) {
      line.push_back({frame.x(series.x[k]), frame.y(series.y[k])});
    } else {
      draw_line(drawing, line, index);
      line.clear();
    }
  }
  draw_line(drawing, line, index);
}

void draw_legend(Drawing& drawing, const Frame& frame, const std::vector<Series>& series) {
  const double left = frame.right + 22;
  const int room = static_cast<int>(drawing.width - left - kLegendLine - 14);
  for (std::size_t k = 0; k < series.size(); ++k) {
    const double y = frame.top + 10 + kLegendStep * static_cast<double>(k);
    if (y > frame.bottom) break;  // more names than fit; the curves are there all the same
    draw_line(drawing, {{left, y}, {left + kLegendLine, y}}, k);
    drawing.labels.push_back({{left + kLegendLine + 8, y},
                              shorten_text(series[k].name, room, kTextScale),
                              Anchor::kStart,
                              kInk});
  }
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

}  // namespace

Drawing draw_chart(const Chart& chart) {
  check(chart);
  Drawing drawing{chart.width, chart.height, {}, {}};
  const int legend = chart.series.empty() ? 0 : std::min(kLegend, chart.width / 3);
  const Frame frame{kLeft + 0.5, chart.width - kRight - legend + 0.5,
                    kTop + 0.5,  chart.height - kBottom + 0.5,
                    chart.x,     chart.y};
  draw_axes(drawing, frame);
  for (std::size_t k = chart.series.size(); k-- > 0;)
    draw_series(drawing, frame, chart.series[k], k);
  draw_legend(drawing, frame, chart.series);
  drawing.labels.push_back({{kLeft - 12.0, 28}, chart.title, Anchor::kStart, kInk, true});
  return drawing;
}

}  // namespace salix::data::detail
