// Linear arithmetic on colours 0..1, for painted scenes.
#pragma once

#include <algorithm>
#include <cmath>

namespace salix::data {

struct Colour {
  float r = 0.0f;
  float g = 0.0f;
  float b = 0.0f;
};

inline Colour operator+(Colour a, Colour b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
inline Colour operator*(Colour a, float s) { return {a.r * s, a.g * s, a.b * s}; }
inline Colour mix(Colour a, Colour b, float part) { return a * (1.0f - part) + b * part; }

// 0 below `low`, 1 above `high`, smooth between.
inline float smooth_step(float low, float high, float value) {
  const float t = std::clamp((value - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3.0f - 2.0f * t);
}

// Hue in turns (0 red, 1/3 green, 2/3 blue), saturation and value 0..1.
inline Colour from_hsv(float hue, float saturation, float value) {
  const auto channel = [&](float shift) {
    const float turn = (hue + shift) - std::floor(hue + shift);
    const float ramp = std::clamp(std::abs(turn * 6.0f - 3.0f) - 1.0f, 0.0f, 1.0f);
    return value * (1.0f - saturation * (1.0f - ramp));
  };
  return {channel(0.0f), channel(2.0f / 3.0f), channel(1.0f / 3.0f)};
}

}  // namespace salix::data
