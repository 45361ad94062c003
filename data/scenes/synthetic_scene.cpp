#include "data/scenes/synthetic_scene.h"

#include <algorithm>
#include <cmath>

#include "data/scenes/scene_ground.h"
#include "data/scenes/scene_object.h"
#include "engine/error.h"
#include "engine/parallel.h"

namespace salix::data {
namespace {

constexpr std::uint32_t kSceneStream = 0x5CE4E;  // keeps these draws apart from all others

std::vector<SceneObject> place_objects(SceneRandom& random, const SceneGround& ground,
                                       const SceneParams& params) {
  const auto height = static_cast<float>(params.height), width = static_cast<float>(params.width);
  const float side = std::min(height, width);
  const int count = random.integer(1, params.max_objects);
  std::vector<SceneObject> objects;
  for (int k = 0; k < count; ++k) {
    // Several objects share the width, so that they seldom cover each other wholly.
    const float lane = width / static_cast<float>(count);
    const float x = lane * (static_cast<float>(k) + random.uniform(0.32f, 0.68f));
    const float y = std::clamp(ground.horizon() + height * random.uniform(0.0f, 0.3f),
                               0.3f * height, 0.7f * height);
    const float size = side * random.uniform(params.min_radius, params.max_radius);
    objects.push_back(
        make_scene_object(random, x, y, count > 1 ? 0.85f * size : size, ground.hue()));
  }
  // The lower one stands nearer and is painted last.
  std::sort(objects.begin(), objects.end(),
            [](const SceneObject& a, const SceneObject& b) { return a.foot_y < b.foot_y; });
  return objects;
}

// How much of the light an object's soft shadow takes away.
float shadow(const SceneObject& object, float x, float y, const float light[3]) {
  const float u =
      (x - object.foot_x + 0.6f * light[0] * object.foot_radius) / (1.25f * object.foot_radius);
  const float v = (y - object.foot_y) / (0.3f * object.foot_radius);
  const float distance = std::hypot(u, v);
  return 0.6f * (1.0f - smooth_step(0.25f, 1.1f, distance));
}

std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::clamp(value * 255.0f + 0.5f, 0.0f, 255.0f));
}

}  // namespace

Scene paint_scene(std::uint64_t seed, std::uint32_t index, const SceneParams& params) {
  SALIX_CHECK(params.height >= 16 && params.width >= 16,
              "paint_scene: at least 16 x 16 pixels; got ", params.height, " x ", params.width);
  SALIX_CHECK(
      params.max_objects >= 1 && params.min_radius > 0.0f && params.min_radius <= params.max_radius,
      "paint_scene: at least one object and 0 < min_radius <= max_radius; got ", params.max_objects,
      ", ", params.min_radius, ", ", params.max_radius);
  SceneRandom random(PhiloxKey{seed, kSceneStream, index});
  const SceneGround ground(random, params.height, params.width);
  const std::vector<SceneObject> objects = place_objects(random, ground, params);
  const SmoothNoise texture(random);
  const float side = random.chance(0.5f) ? 0.5f : -0.5f;
  const float light[3] = {side, -0.5f, 0.7071f};  // from above, over one shoulder
  const PhiloxKey grain{seed, kSceneStream + 1, index};

  Scene scene{Image(params.height, params.width, 3), Image(params.height, params.width, 1)};
  parallel_for(params.height, grain_for(params.width * 64),
               [&](std::int64_t begin, std::int64_t end) {
                 for (int i = static_cast<int>(begin); i < end; ++i) {
                   for (int j = 0; j < params.width; ++j) {
                     const float x = static_cast<float>(j) + 0.5f, y = static_cast<float>(i) + 0.5f;
                     Colour colour = ground.at(x, y);
                     for (const SceneObject& object : objects)
                       colour = colour * (1.0f - shadow(object, x, y, light));
                     float covered = 0.0f;
                     for (const SceneObject& object : objects) {
                       const ScenePoint point = object.locate(x, y);
                       const float cover =
                           std::clamp(point.pixels + 0.5f, 0.0f, 1.0f);  // a soft edge of one pixel
                       if (cover > 0.0f)
                         colour = mix(colour, shade(object, point, texture, light), cover);
                       covered = std::max(covered, cover);
                     }
                     const float u = x / static_cast<float>(params.width) - 0.5f;
                     const float v = y / static_cast<float>(params.height) - 0.5f;
                     const auto pixel =
                         static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(params.width) +
                         static_cast<std::uint64_t>(j);
                     const float exposure =
                         1.06f - 0.45f * (u * u + v * v);  // lenses darken towards the corners
                     const float noise = 0.03f * (philox_uniform(grain, pixel) - 0.5f);
                     std::uint8_t* out = scene.image.at(i, j);
                     out[0] = to_byte(colour.r * exposure + noise);
                     out[1] = to_byte(colour.g * exposure + noise);
                     out[2] = to_byte(colour.b * exposure + noise);
                     *scene.mask.at(i, j) = covered >= 0.5f ? 255 : 0;
                   }
                 }
               });
  return scene;
}

}  // namespace salix::data
