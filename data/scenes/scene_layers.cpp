#include "data/scenes/scene_layers.h"

#include <algorithm>

#include "data/scenes/scene_pixels.h"

namespace salix::data {

using detail::for_each_row;
using detail::pixel_centre;
using detail::pixel_index;

BodyMap map_bodies(const SceneWorld& world, float time) {
  const int height = world.params().height, width = world.params().width;
  const auto pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  BodyMap map{height, width, std::vector<int>(pixels, -1), std::vector<float>(pixels, 0.0f)};
  const std::vector<detail::PosedBody> posed = detail::pose_bodies(world, time);
  for_each_row(world, [&](int i) {
    for (int j = 0; j < width; ++j) {
      const std::size_t at = pixel_index(world, i, j);
      for (std::size_t k = posed.size(); k-- > 0;) {  // the nearest first
        const SceneFigure& figure = posed[k].body->figure;
        const Point p = posed[k].to_body.apply(pixel_centre(i, j));
        if (!detail::within(figure, p)) continue;
        float relief = -1.0f;
        for (const SceneObject& piece : figure.pieces)
          relief = std::max(relief, piece.locate(p.x, p.y).depth);
        if (relief < 0.0f) continue;
        map.body[at] = static_cast<int>(k);
        map.relief[at] = relief;
        break;
      }
    }
  });
  return map;
}

Image paint_regions(const SceneWorld& world, const BodyMap& map) {
  Image regions(map.height, map.width, 1);
  for (std::size_t k = 0; k < map.body.size(); ++k) {
    const int body = map.body[k];
    if (body >= 0 && world.bodies()[static_cast<std::size_t>(body)].salient)
      regions.pixels[k] = static_cast<std::uint8_t>(body + 1);
  }
  return regions;
}

Image paint_mask(const SceneWorld& world, const BodyMap& map) {
  Image mask = paint_regions(world, map);
  for (std::uint8_t& pixel : mask.pixels) pixel = pixel > 0 ? 255 : 0;
  return mask;
}

FlowField flow_field(const SceneWorld& world, const BodyMap& map, float time) {
  // From this frame's picture through the frame of what shows there into the next picture.
  const Similarity ground = world.ground_pose(time + 1.0f).after(world.ground_pose(time).inverse());
  std::vector<Similarity> moves;
  for (const SceneWorld::Body& body : world.bodies())
    moves.push_back(
        world.body_pose(body, time + 1.0f).after(world.body_pose(body, time).inverse()));
  FlowField flow{map.height, map.width, std::vector<float>(map.body.size()),
                 std::vector<float>(map.body.size())};
  for_each_row(world, [&](int i) {
    for (int j = 0; j < map.width; ++j) {
      const std::size_t at = pixel_index(world, i, j);
      const Similarity& move =
          map.body[at] >= 0 ? moves[static_cast<std::size_t>(map.body[at])] : ground;
      const Point from = pixel_centre(i, j), to = move.apply(from);
      flow.right[at] = to.x - from.x;
      flow.down[at] = to.y - from.y;
    }
  });
  return flow;
}

}  // namespace salix::data
