// The salient things of painted scenes: outlines, materials, light.
#pragma once

#include <vector>

#include "data/scenes/scene_colour.h"
#include "data/scenes/scene_random.h"

namespace salix::data {

// A star-shaped outline: in its own frame (rotated, divided by the two radii) the border
// lies at distance border(angle) from the centre.
struct ScenePart {
  enum class Kind { kEllipse, kBox, kBlob, kPolygon };
  Kind kind = Kind::kEllipse;
  float x = 0.0f, y = 0.0f;                // centre, pixels
  float radius_x = 1.0f, radius_y = 1.0f;  // pixels
  float angle = 0.0f;
  int sides = 5;
  float wave[3] = {};  // of a blob: amplitudes of 2, 3 and 5 waves around
  float phase[3] = {};

  float border(float direction) const;
};

// Where a pixel lies in an object: depth 1 in the middle of a part, 0 on the border,
// negative outside; (u, v) in the part's frame.
struct ScenePoint {
  float depth = -1.0f;
  float u = 0.0f, v = 0.0f;
  float pixels = 0.0f;  // distance to the border, roughly; positive inside
};

struct SceneMaterial {
  enum class Pattern { kPlain, kStripes, kSpots, kMarble, kRings };
  Pattern pattern = Pattern::kPlain;
  Colour first, second;
  float frequency = 4.0f;
  float shine = 0.3f;
};

struct SceneObject {
  std::vector<ScenePart> parts;
  SceneMaterial material;
  float foot_x = 0.0f, foot_y = 0.0f, foot_radius = 0.0f;  // where its shadow lies

  ScenePoint locate(float x, float y) const;
};

// A pattern of two colours a third to two thirds around the colour circle from `ground_hue`.
SceneMaterial make_scene_material(SceneRandom& random, float ground_hue);

// An object of about `size` pixels radius around (x, y), coloured apart from `ground_hue`.
SceneObject make_scene_object(SceneRandom& random, float x, float y, float size, float ground_hue);

// The object's colour at a point inside it; light comes from the unit vector `light`
// (towards the right, down, towards the viewer).
Colour shade(const SceneObject& object, const ScenePoint& point, const SmoothNoise& noise,
             const float light[3]);

}  // namespace salix::data
