// Charts as pixels: strokes with smooth edges, labels in the bitmap font.
#include <algorithm>
#include <cmath>

#include "data/drawing/bitmap_font.h"
#include "data/drawing/chart_drawing.h"

namespace salix::data {
namespace {

using detail::Point;

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
  const double along = length2 > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2 : 0;
  const double t = std::clamp(along, 0.0, 1.0);
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// How much of each pixel the stroke covers: the largest of its segments' shares, so that
// joints are not darker than the rest.
FloatMap coverage_of(const detail::Stroke& stroke, int height, int width) {
  FloatMap coverage(height, width);
  const double reach = stroke.width / 2 + 0.5;
  for (std::size_t k = 0; k + 1 < stroke.points.size(); ++k) {
    const Point a = stroke.points[k], b = stroke.points[k + 1];
    const int top = std::max(0, static_cast<int>(std::min(a.y, b.y) - reach));
    const int bottom = std::min(height - 1, static_cast<int>(std::max(a.y, b.y) + reach));
    const int left = std::max(0, static_cast<int>(std::min(a.x, b.x) - reach));
    const int right = std::min(width - 1, static_cast<int>(std::max(a.x, b.x) + reach));
    for (int i = top; i <= bottom; ++i) {
      for (int j = left; j <= right; ++j) {
        const double share = reach - distance_to_segment({j + 0.5, i + 0.5}, a, b);
        float& covered = coverage.row(i)[j];
        covered = std::max(covered, static_cast<float>(std::clamp(share, 0.0, 1.0)));
      }
    }
  }
  return coverage;
}

void paint(Image& image, const detail::Stroke& stroke) {
  const FloatMap coverage = coverage_of(stroke, image.height, image.width);
  const Rgb colour = detail::rgb_of(stroke.ink);
  const std::uint8_t ink[3] = {colour.r, colour.g, colour.b};
  for (std::size_t k = 0; k < coverage.values.size(); ++k) {
    const float share = coverage.values[k];
    if (share == 0) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      const float ground = image.pixels[3 * k + c];
      const float mixed = ground + share * (static_cast<float>(ink[c]) - ground);
      image.pixels[3 * k + c] = static_cast<std::uint8_t>(std::lround(mixed));
    }
  }
}

}  // namespace

Image chart_image(const Chart& chart) {
  const detail::Drawing drawing = detail::draw_chart(chart, detail::kPosterLayout);
  Image image(drawing.height, drawing.width, 3, 255);
  for (const detail::Stroke& stroke : drawing.strokes) paint(image, stroke);
  for (const detail::Label& label : drawing.labels) {
    const int text = text_width(label.text, detail::kTextScale);
    int left = static_cast<int>(label.at.x);
    if (label.anchor == detail::Anchor::kMiddle) left -= text / 2;
    if (label.anchor == detail::Anchor::kEnd) left -= text;
    // Capitals and digits are seven dots high.
    const int top = static_cast<int>(label.at.y) - 7 * detail::kTextScale / 2;
    draw_text(image, top, left, label.text, detail::rgb_of({label.role}), detail::kTextScale);
  }
  return image;
}

}  // namespace salix::data
