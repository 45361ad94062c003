// The depth map and the thermal picture of a scene world.
#include <algorithm>
#include <cmath>

#include "data/drawing/compose.h"
#include "data/scenes/scene_layers.h"
#include "data/scenes/scene_pixels.h"

namespace salix::data {

Image paint_depth(const SceneWorld& world, const BodyMap& map, float time) {
  const Similarity to_ground = world.ground_pose(time).inverse();
  const PhiloxKey grain = detail::noise_key(world, detail::kDepthNoise, time);
  Image depth(map.height, map.width, 1);
  detail::for_each_row(world, [&](int i) {
    for (int j = 0; j < map.width; ++j) {
      // Sensors place edges a pixel or two off: look at a wobbling neighbour.
      const float x = static_cast<float>(j), y = static_cast<float>(i);
      const float wobble = world.texture().fractal(0.15f * x, 0.15f * y, 2) - 0.5f;
      const int jj = std::clamp(j + static_cast<int>(std::lround(5.0f * wobble)), 0, map.width - 1);
      const std::size_t at = detail::pixel_index(world, i, jj);
      const Point g = to_ground.apply({x + 0.5f, y + 0.5f});
      float near = world.ground().nearness(g.x, g.y);
      if (map.body[at] >= 0) {
        const float body = world.bodies()[static_cast<std::size_t>(map.body[at])].nearness;
        near = body + 0.12f * body * std::sqrt(map.relief[at]);
      }
      const float noise = 0.008f * detail::gaussian(grain, at);
      *depth.at(i, j) = detail::to_byte(0.05f + 0.82f * near + noise);
    }
  });
  return depth;
}

Image paint_thermal(const SceneWorld& world, float time) {
  const int height = world.params().height, width = world.params().width;
  const std::vector<detail::PosedBody> posed = detail::pose_bodies(world, time);
  const Similarity to_ground = world.ground_pose(time).inverse();
  const PhiloxKey grain = detail::noise_key(world, detail::kThermalNoise, time);
  Image image(height, width, 3);
  detail::for_each_row(world, [&](int i) {
    for (int j = 0; j < width; ++j) {
      const Point pixel = detail::pixel_centre(i, j);
      const Point g = to_ground.apply(pixel);
      float warmth = world.ground().warmth(g.x, g.y);
      for (const detail::PosedBody& posed_body : posed) {
        const SceneFigure& figure = posed_body.body->figure;
        const Point p = posed_body.to_body.apply(pixel);
        if (!detail::within(figure, p)) continue;
        for (const SceneObject& piece : figure.pieces) {
          const ScenePoint point = piece.locate(p.x, p.y);
          const float cover = std::clamp(0.3f * point.pixels * posed_body.scale + 0.5f, 0.0f, 1.0f);
          // Warm inside, nearer to the air's temperature at the border.
          const float skin = 0.8f + 0.2f * std::sqrt(std::max(point.depth, 0.0f));
          warmth += cover * (0.3f + (posed_body.body->warmth - 0.3f) * skin - warmth);
        }
      }
      const std::size_t at = detail::pixel_index(world, i, j);
      const Rgb colour = heat_colour(warmth + 0.012f * detail::gaussian(grain, at));
      std::uint8_t* out = image.at(i, j);
      out[0] = colour.r;
      out[1] = colour.g;
      out[2] = colour.b;
    }
  });
  return image;
}

}  // namespace salix::data
