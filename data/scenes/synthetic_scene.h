// Painted scenes with known masks: one or two textured, shaded objects before a cluttered
// background. For demonstrations and tests on machines without any data set.
#pragma once

#include <cstdint>

#include "data/image/image.h"

namespace salix::data {

struct SceneParams {
  int height = 240;
  int width = 320;
  int max_objects = 2;       // 1 to this many
  float min_radius = 0.13f;  // of the objects, as a part of the shorter side
  float max_radius = 0.26f;
};

struct Scene {
  Image image;  // RGB [H,W,3]
  Image mask;   // [H,W,1]: 255 where an object covers at least half of the pixel, else 0
};

// Scene number `index` of the series `seed`. The same arguments give the same picture for
// any number of threads. Sizes from 16 x 16 pixels.
Scene paint_scene(std::uint64_t seed, std::uint32_t index, const SceneParams& params = {});

}  // namespace salix::data
