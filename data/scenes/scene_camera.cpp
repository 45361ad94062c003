// The colour picture of a scene world.
#include <algorithm>
#include <cmath>

#include "data/scenes/scene_layers.h"
#include "data/scenes/scene_pixels.h"

namespace salix::data {
namespace {

// How much of the light a body's soft shadow takes away.
float shadow(const SceneWorld::Body& body, Point p, float light_x) {
  const float u =
      (p.x + 0.6f * light_x * body.figure.half_width) / (1.25f * body.figure.half_width);
  const float v = (p.y - body.figure.foot) / (0.3f * body.figure.half_width);
  const float square = u * u + v * v;
  return square > 1.21f ? 0.0f : 0.55f * (1.0f - smooth_step(0.25f, 1.1f, std::sqrt(square)));
}

}  // namespace

Image paint_colour(const SceneWorld& world, float time) {
  const int height = world.params().height, width = world.params().width;
  const std::vector<detail::PosedBody> posed = detail::pose_bodies(world, time);
  const Similarity to_ground = world.ground_pose(time).inverse();
  const PhiloxKey grain = detail::noise_key(world, detail::kColourNoise, time);
  const float gain = world.night() ? 0.17f : 1.0f, noise_size = world.night() ? 0.025f : 0.009f;
  Image image(height, width, 3);
  detail::for_each_row(world, [&](int i) {
    for (int j = 0; j < width; ++j) {
      const Point pixel = detail::pixel_centre(i, j);
      const Point g = to_ground.apply(pixel);
      Colour colour = world.ground().at(g.x, g.y);
      for (const detail::PosedBody& posed_body : posed)
        colour = colour * (1.0f - shadow(*posed_body.body, posed_body.to_body.apply(pixel),
                                         world.light()[0]));
      for (const detail::PosedBody& posed_body : posed) {
        const SceneFigure& figure = posed_body.body->figure;
        const Point p = posed_body.to_body.apply(pixel);
        if (!detail::within(figure, p)) continue;
        for (const SceneObject& piece : figure.pieces) {
          const ScenePoint point = piece.locate(p.x, p.y);
          const float cover = std::clamp(point.pixels * posed_body.scale + 0.5f, 0.0f, 1.0f);
          if (cover > 0.0f)
            colour = mix(colour, shade(piece, point, world.texture(), world.light()), cover);
        }
      }
      const float u = pixel.x / static_cast<float>(width) - 0.5f,
                  v = pixel.y / static_cast<float>(height) - 0.5f;
      const float exposure =
          gain * (1.06f - 0.45f * (u * u + v * v));  // darker towards the corners
      const float noise = noise_size * detail::gaussian(grain, detail::pixel_index(world, i, j));
      std::uint8_t* out = image.at(i, j);
      out[0] = detail::to_byte(colour.r * exposure + noise);
      out[1] = detail::to_byte(colour.g * exposure + noise);
      out[2] = detail::to_byte(colour.b * exposure + noise);
    }
  });
  return image;
}

}  // namespace salix::data
