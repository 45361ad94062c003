// Similarity maps of the plane: turning, scaling, shifting. How bodies and cameras move in scenes.
#pragma once

#include <cmath>

namespace salix::data {

struct Point {
  float x = 0.0f;
  float y = 0.0f;
};

// (x, y) -> (a x - b y + shift_x, b x + a y + shift_y).
struct Similarity {
  float a = 1.0f, b = 0.0f;
  float shift_x = 0.0f, shift_y = 0.0f;

  static Similarity of(float scale, float angle, float shift_x, float shift_y) {
    return {scale * std::cos(angle), scale * std::sin(angle), shift_x, shift_y};
  }
  float scale() const { return std::hypot(a, b); }
  Point apply(Point p) const { return {a * p.x - b * p.y + shift_x, b * p.x + a * p.y + shift_y}; }
  Similarity inverse() const {
    const float square = a * a + b * b, c = a / square, d = -b / square;
    return {c, d, -(c * shift_x - d * shift_y), -(d * shift_x + c * shift_y)};
  }
  // First `inner`, then this.
  Similarity after(const Similarity& inner) const {
    const Point shift = apply({inner.shift_x, inner.shift_y});
    return {a * inner.a - b * inner.b, a * inner.b + b * inner.a, shift.x, shift.y};
  }
};

}  // namespace salix::data
