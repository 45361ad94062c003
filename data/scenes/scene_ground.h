// The backgrounds of painted scenes: landscape, room, foliage out of focus.
#pragma once

#include <vector>

#include "data/scenes/scene_colour.h"
#include "data/scenes/scene_random.h"

namespace salix::data {

// Chosen once per scene; then a pure function of the pixel.
class SceneGround {
 public:
  SceneGround(SceneRandom& random, int height, int width);

  // Position in pixels.
  Colour at(float x, float y) const;

  // Inverse distance, 0 (far away) to 1 (at the lower border). Of a floor in perspective it is
  // linear in the row. Clutter lies flat.
  float nearness(float x, float y) const;
  // How warm the ground is, about 0.1 (sky) to 0.45.
  float warmth(float x, float y) const;

  // The line below which things stand, in pixels.
  float horizon() const { return horizon_; }
  // The hue that objects are coloured apart from.
  float hue() const { return hue_; }

 private:
  enum class Kind { kLandscape, kRoom, kFoliage };

  // A stone, a cushion, a disc of light: low in contrast, behind all objects.
  struct Clutter {
    float x, y, radius_x, radius_y;
    Colour colour;
    float opacity;
    float softness;
  };

  Colour base(float x, float y) const;
  Colour landscape(float x, float y) const;
  Colour room(float x, float y) const;
  Colour foliage(float x, float y) const;

  Kind kind_;
  float height_;
  float width_;
  float horizon_;
  float hue_;
  Colour far_, near_, sky_low_, sky_high_;
  float plank_;  // width of a plank or tile, pixels
  SmoothNoise noise_;
  std::vector<Clutter> clutter_;
};

}  // namespace salix::data
