#include "data/scenes/scribble.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "data/image/outline_distance.h"
#include "data/scenes/scene_random.h"
#include "engine/error.h"

namespace salix::data {
namespace {

constexpr float kTurn = 6.2831853f;
constexpr int kBrush = 1;      // pixels around the stroke's middle line
constexpr int kClearance = 4;  // pixels that a stroke keeps from outlines, if it can
constexpr int kTries = 400;    // for a place to begin

class Scribbler {
 public:
  Scribbler(const Image& regions, const PhiloxKey& key)
      : regions_(regions),
        distance_(outline_distances(regions)),
        random_(key),
        out_(regions.height, regions.width, 1, kScribbleUnknown) {}

  // One stroke of about `length` pixels in a region.
  void stroke(std::uint8_t region, std::uint8_t value, int length) {
    float x = 0.0f, y = 0.0f;
    if (!find_start(region, x, y)) return;
    const int clearance = std::min(kClearance, distance_at(x, y));
    float heading = random_.uniform(0.0f, kTurn), bend = random_.uniform(-0.03f, 0.03f);
    for (int k = 0; k < length; ++k) {
      dab(region, value, x, y);
      heading += bend + random_.uniform(-0.05f, 0.05f);
      if (!turn_towards_room(region, clearance, x, y, heading)) return;
      x += std::cos(heading);
      y += std::sin(heading);
    }
  }

  Image finish() { return std::move(out_); }

 private:
  bool inside(std::uint8_t region, float x, float y) const {
    return x >= 0.0f && y >= 0.0f && x < static_cast<float>(regions_.width) &&
           y < static_cast<float>(regions_.height) &&
           *regions_.at(static_cast<int>(y), static_cast<int>(x)) == region;
  }
  int distance_at(float x, float y) const {
    return distance_[static_cast<std::size_t>(y) * static_cast<std::size_t>(regions_.width) +
                     static_cast<std::size_t>(x)];
  }

  // A random pixel well inside the region, or its best one; false if none was met.
  bool find_start(std::uint8_t region, float& x, float& y) {
    int best = -1;
    for (int k = 0; k < kTries && best < 2 * kClearance; ++k) {
      const float try_x = random_.uniform(0.0f, static_cast<float>(regions_.width));
      const float try_y = random_.uniform(0.0f, static_cast<float>(regions_.height));
      if (!inside(region, try_x, try_y) || distance_at(try_x, try_y) <= best) continue;
      best = distance_at(try_x, try_y);
      x = try_x;
      y = try_y;
    }
    return best >= 0;
  }

  // Bends `heading` as little as needed to stay clear of the outline; false in a dead end.
  bool turn_towards_room(std::uint8_t region, int clearance, float x, float y,
                         float& heading) const {
    for (const float turn : {0.0f, 0.2f, -0.2f, 0.5f, -0.5f, 0.9f, -0.9f, 1.4f, -1.4f}) {
      const float next_x = x + std::cos(heading + turn), next_y = y + std::sin(heading + turn);
      if (!inside(region, next_x, next_y) || distance_at(next_x, next_y) < clearance) continue;
      heading += turn;
      return true;
    }
    return false;
  }

  void dab(std::uint8_t region, std::uint8_t value, float x, float y) {
    for (int down = -kBrush; down <= kBrush; ++down)
      for (int right = -kBrush; right <= kBrush; ++right)
        if (inside(region, x + static_cast<float>(right), y + static_cast<float>(down)))
          *out_.at(static_cast<int>(y) + down, static_cast<int>(x) + right) = value;
  }

  const Image& regions_;
  std::vector<int> distance_;
  SceneRandom random_;
  Image out_;
};

}  // namespace

Image paint_scribbles(const Image& regions, const PhiloxKey& key) {
  SALIX_CHECK(!regions.empty() && regions.channels == 1,
              "paint_scribbles: regions have one channel and some pixels; got ", regions.height,
              " x ", regions.width, " x ", regions.channels);
  std::array<int, 256> area{};
  for (const std::uint8_t region : regions.pixels) ++area[region];
  Scribbler scribbler(regions, key);
  for (int region = 1; region < 256; ++region) {
    if (area[static_cast<std::size_t>(region)] == 0) continue;
    const auto length = static_cast<int>(1.2 * std::sqrt(area[static_cast<std::size_t>(region)]));
    scribbler.stroke(static_cast<std::uint8_t>(region), kScribbleForeground, std::max(length, 1));
  }
  SceneRandom random(PhiloxKey{key.seed, key.stream + 1, key.step});
  const int strokes = random.integer(2, 4);
  for (int k = 0; k < strokes && area[0] > 0; ++k)
    scribbler.stroke(
        0, kScribbleBackground,
        static_cast<int>(random.uniform(0.25f, 0.5f) * static_cast<float>(regions.width)) + 1);
  return scribbler.finish();
}

}  // namespace salix::data
