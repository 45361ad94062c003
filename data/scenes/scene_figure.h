// The things in generated data sets: animals, vehicles, flowers, bottles, houses, people, birds,
// stones, tufts of grass. Each is a few shaded pieces (scene_object.h) that move as one.
#pragma once

#include <vector>

#include "data/scenes/scene_object.h"

namespace salix::data {

// In a frame of its own, in pixels, around (0, 0); it stands on the line y = foot.
struct SceneFigure {
  std::vector<SceneObject> pieces;  // painted in this order
  float radius = 0.0f;              // all pieces lie in this circle
  float foot = 0.0f;
  float half_width = 0.0f;  // of its shadow
};

enum class FigureLook {
  kDistinct,    // colours apart from the ground's
  kCamouflaged  // the ground's own colours: to be seen by depth, heat or motion only
};

// A thing of about `size` pixels radius.
SceneFigure make_figure(SceneRandom& random, float size, float ground_hue, FigureLook look);
// What lies about and draws no attention: a stone, a bush, a post.
SceneFigure make_bystander(SceneRandom& random, float size, float ground_hue);
// A tuft of blades in the ground's colours, to stand before other things.
SceneFigure make_tuft(SceneRandom& random, float size, float ground_hue);

}  // namespace salix::data
