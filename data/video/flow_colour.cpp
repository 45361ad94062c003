#include "data/video/flow_colour.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/error.h"

namespace salix::data {
namespace {

constexpr float kHalfTurn = 3.14159265f;

// One stretch of the wheel: a channel rises or falls evenly over `steps` colours.
struct Stretch {
  int steps;
  float from[3], to[3];
};
constexpr Stretch kStretches[] = {
    {15, {1, 0, 0}, {1, 1, 0}}, {6, {1, 1, 0}, {0, 1, 0}},  {4, {0, 1, 0}, {0, 1, 1}},
    {11, {0, 1, 1}, {0, 0, 1}}, {13, {0, 0, 1}, {1, 0, 1}}, {6, {1, 0, 1}, {1, 0, 0}},
};

struct WheelColour {
  float channel[3];
};

const std::vector<WheelColour>& wheel() {
  static const std::vector<WheelColour> colours = [] {
    std::vector<WheelColour> all;
    for (const Stretch& stretch : kStretches) {
      for (int k = 0; k < stretch.steps; ++k) {
        const float part = static_cast<float>(k) / static_cast<float>(stretch.steps);
        WheelColour colour{};
        for (int c = 0; c < 3; ++c)
          colour.channel[c] = stretch.from[c] + part * (stretch.to[c] - stretch.from[c]);
        all.push_back(colour);
      }
    }
    return all;
  }();
  return colours;
}

}  // namespace

Rgb flow_colour(float u, float v) {
  const std::vector<WheelColour>& colours = wheel();
  const float length = std::min(std::hypot(u, v), 1.0f);
  // Turns from the right, over down; image rows grow downwards. The last colour meets the first
  // without a step between them, as in the benchmark's own wheel.
  const float turn = 0.5f * (std::atan2(-v, -u) / kHalfTurn + 1.0f);
  const float place = turn * static_cast<float>(colours.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(place), colours.size() - 1);
  const std::size_t high = (low + 1) % colours.size();
  const float part = place - static_cast<float>(low);
  std::uint8_t out[3];
  for (int c = 0; c < 3; ++c) {
    const float hue = (1.0f - part) * colours[low].channel[c] + part * colours[high].channel[c];
    out[c] = static_cast<std::uint8_t>(255.0f * (1.0f - length * (1.0f - hue)));
  }
  return {out[0], out[1], out[2]};
}

float flow_radius(const FlowField& flow, double part) {
  SALIX_CHECK(part > 0.0 && part <= 1.0 && !flow.right.empty(),
              "flow radius: a field and a part in (0,1] are needed; got ", flow.right.size(),
              " vectors and ", part);
  std::vector<float> lengths(flow.right.size());
  for (std::size_t k = 0; k < lengths.size(); ++k)
    lengths[k] = std::hypot(flow.right[k], flow.down[k]);
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(lengths.size())));
  const auto at = lengths.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(lengths.begin(), at, lengths.end());
  return std::max(*at, 1e-3f);
}

Image colour_flow(const FlowField& flow, float radius) {
  Image image(flow.height, flow.width, 3);
  for (std::size_t k = 0; k < flow.right.size(); ++k) {
    const Rgb colour = flow_colour(flow.right[k] / radius, flow.down[k] / radius);
    image.pixels[3 * k] = colour.r;
    image.pixels[3 * k + 1] = colour.g;
    image.pixels[3 * k + 2] = colour.b;
  }
  return image;
}

}  // namespace salix::data
