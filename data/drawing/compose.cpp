#include "data/drawing/compose.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/error.h"

namespace salix::data {
namespace {

// Equidistant stops of the heat scale.
constexpr std::array<std::array<float, 3>, 6> kHeatStops = {
    {{18, 10, 46}, {84, 18, 92}, {168, 38, 84}, {230, 84, 48}, {250, 162, 44}, {252, 246, 176}}};

float unit(float value) {
  if (!(value > 0.0f)) return 0.0f;  // NaN too
  return std::min(value, 1.0f);
}

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
}

void check_pair(const char* op, const Image& image, const FloatMap& map) {
  SALIX_CHECK(image.channels == 3, op, ": the image must be RGB; got ", image.channels,
              " channels");
  SALIX_CHECK(image.height == map.height && image.width == map.width && image.height > 0, op,
              ": image and map must have one size; got ", image.height, " x ", image.width, " and ",
              map.height, " x ", map.width, "; resize the map to the image first");
}

// Draws where a pixel is inside (>= 0.5) and a pixel within `reach` is outside.
void draw_outline(Image& image, const FloatMap& map) {
  const int reach = std::max(1, std::min(image.height, image.width) / 220);
  constexpr std::uint8_t kLine = 255;
  const auto inside = [&](int i, int j) { return map.row(i)[j] >= 0.5f; };
  for (int i = 0; i < map.height; ++i) {
    for (int j = 0; j < map.width; ++j) {
      if (!inside(i, j)) continue;
      bool at_edge = false;
      for (int d = 1; d <= reach && !at_edge; ++d) {
        at_edge = (i >= d && !inside(i - d, j)) || (i + d < map.height && !inside(i + d, j)) ||
                  (j >= d && !inside(i, j - d)) || (j + d < map.width && !inside(i, j + d));
      }
      if (at_edge) std::fill_n(image.at(i, j), 3, kLine);
    }
  }
}

}  // namespace

Rgb heat_colour(float value) {
  const float position = unit(value) * static_cast<float>(kHeatStops.size() - 1);
  const auto stop = std::min(static_cast<std::size_t>(position), kHeatStops.size() - 2);
  const float part = position - static_cast<float>(stop);
  const auto mix = [&](std::size_t c) {
    return to_byte(kHeatStops[stop][c] * (1.0f - part) + kHeatStops[stop + 1][c] * part);
  };
  return {mix(0), mix(1), mix(2)};
}

Image colour_map(const FloatMap& map) {
  Image image(map.height, map.width, 3);
  for (std::size_t k = 0; k < map.values.size(); ++k) {
    const Rgb colour = heat_colour(map.values[k]);
    image.pixels[3 * k] = colour.r;
    image.pixels[3 * k + 1] = colour.g;
    image.pixels[3 * k + 2] = colour.b;
  }
  return image;
}

Image overlay(const Image& image, const FloatMap& map, const OverlayStyle& style) {
  check_pair("overlay", image, map);
  Image out(image.height, image.width, 3);
  for (std::size_t k = 0; k < map.values.size(); ++k) {
    const float p = unit(map.values[k]);
    // Up to orange only: pale yellow would hide what lies under it.
    const Rgb heat = heat_colour(0.7f * p);
    const std::array<std::uint8_t, 3> colour = {heat.r, heat.g, heat.b};
    const float light = 1.0f - style.dimming * (1.0f - p), opacity = style.strength * p;
    for (std::size_t c = 0; c < 3; ++c) {
      const float base = static_cast<float>(image.pixels[3 * k + c]) * light;
      out.pixels[3 * k + c] =
          to_byte(base * (1.0f - opacity) + static_cast<float>(colour[c]) * opacity);
    }
  }
  if (style.outline) draw_outline(out, map);
  return out;
}

Image cutout(const Image& image, const FloatMap& map) {
  check_pair("cutout", image, map);
  Image out(image.height, image.width, 4);
  for (std::size_t k = 0; k < map.values.size(); ++k) {
    for (std::size_t c = 0; c < 3; ++c) out.pixels[4 * k + c] = image.pixels[3 * k + c];
    out.pixels[4 * k + 3] = to_byte(unit(map.values[k]) * 255.0f);
  }
  return out;
}

}  // namespace salix::data
