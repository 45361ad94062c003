// Pictures of a scene world: what a camera, a depth sensor, a thermal camera and a perfect optical
// flow see of it.
#pragma once

#include <vector>

#include "data/image/image.h"
#include "data/scenes/scene_world.h"
#include "data/video/flow_field.h"

namespace salix::data {

// Which body each pixel shows, by the majority of the pixel: its index in bodies(), or -1.
// And how deep inside the body's outline the pixel lies: 0 at the border, 1 in the middle.
struct BodyMap {
  int height = 0, width = 0;
  std::vector<int> body;
  std::vector<float> relief;
};
BodyMap map_bodies(const SceneWorld& world, float time);

// The colour picture, [H,W,3], with soft edges, shadows, vignetting and noise.
Image paint_colour(const SceneWorld& world, float time);

// 255 where a salient body shows, else 0; [H,W,1].
Image paint_mask(const SceneWorld& world, const BodyMap& map);

// The salient bodies apart: index in bodies() + 1, and 0 elsewhere; [H,W,1].
Image paint_regions(const SceneWorld& world, const BodyMap& map);

// Inverse distance, 255 nearest, [H,W,1]: planes are gradients, bodies stand out of them as far as
// they are near, rounded; edges a little off and noisy, as sensors have them.
Image paint_depth(const SceneWorld& world, const BodyMap& map, float time);

// Warmth in false colours (heat_colour), soft as thermal cameras are; [H,W,3].
Image paint_thermal(const SceneWorld& world, float time);

// How each pixel moves to the next frame, exact for the body that shows there (or the ground).
FlowField flow_field(const SceneWorld& world, const BodyMap& map, float time);

}  // namespace salix::data
