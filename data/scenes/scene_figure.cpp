#include "data/scenes/scene_figure.h"

#include <algorithm>
#include <cmath>

namespace salix::data {
namespace {

using Kind = ScenePart::Kind;
using Pattern = SceneMaterial::Pattern;

constexpr float kTurn = 6.2831853f;

// Collects pieces; sizes and places are given in units of the figure's size.
class Builder {
 public:
  Builder(SceneRandom& random, float size) : random_(random), size_(size) {}

  ScenePart part(Kind kind, float x, float y, float radius_x, float radius_y, float angle = 0.0f) {
    ScenePart part;
    part.kind = kind;
    part.x = x * size_;
    part.y = y * size_;
    part.radius_x = radius_x * size_;
    part.radius_y = radius_y * size_;
    part.angle = angle;
    for (int k = 0; k < 3; ++k) {
      part.wave[k] = random_.uniform(0.01f, 0.09f) / static_cast<float>(k + 1);
      part.phase[k] = random_.uniform(0.0f, kTurn);
    }
    return part;
  }
  void add(const SceneMaterial& material, std::vector<ScenePart> parts) {
    SceneObject& piece = figure_.pieces.emplace_back();
    piece.material = material;
    piece.parts = std::move(parts);
  }
  SceneFigure finish(float foot, float half_width) {
    figure_.foot = foot * size_;
    figure_.half_width = half_width * size_;
    for (const SceneObject& piece : figure_.pieces)
      for (const ScenePart& part : piece.parts)
        figure_.radius =
            std::max(figure_.radius,
                     std::hypot(part.x, part.y) + 1.6f * std::max(part.radius_x, part.radius_y));
    return std::move(figure_);
  }

 private:
  SceneRandom& random_;
  float size_;
  SceneFigure figure_;
};

SceneMaterial plain(Colour colour, float shine = 0.1f) {
  return {Pattern::kPlain, colour, colour * 0.7f, 3.0f, shine};
}

// The ground's hue, a little off, not too bright: what grows and lies there.
SceneMaterial ground_material(SceneRandom& random, float ground_hue) {
  const float hue = ground_hue + random.uniform(-0.05f, 0.05f);
  const float value = random.uniform(0.3f, 0.6f);
  return {Pattern::kMarble, from_hsv(hue, random.uniform(0.25f, 0.5f), value),
          from_hsv(hue + 0.03f, 0.35f, 0.7f * value), random.uniform(2.0f, 5.0f), 0.03f};
}

SceneMaterial figure_material(SceneRandom& random, float ground_hue, FigureLook look) {
  if (look == FigureLook::kCamouflaged) return ground_material(random, ground_hue);
  SceneMaterial material = make_scene_material(random, ground_hue);
  const float choice = random.uniform(0.0f, 1.0f);
  if (choice < 0.12f) {  // white or nearly so
    material.first = from_hsv(random.uniform(0.0f, 1.0f), 0.08f, 0.97f);
  } else if (choice < 0.24f) {  // dark
    material.first = from_hsv(random.uniform(0.0f, 1.0f), 0.3f, 0.14f);
    material.second = material.first * 2.2f;
  }
  return material;
}

SceneFigure animal(Builder& build, SceneRandom& random, const SceneMaterial& coat) {
  const float side = random.chance(0.5f) ? 1.0f : -1.0f;
  const float leg = random.uniform(0.35f, 0.6f), slim = random.uniform(0.07f, 0.12f);
  const SceneMaterial shaded = {coat.pattern, coat.first * 0.75f, coat.second * 0.75f,
                                coat.frequency, coat.shine};
  std::vector<ScenePart> far_legs, near_legs;
  for (const float x : {-0.6f, 0.5f}) {
    far_legs.push_back(build.part(Kind::kBox, x + 0.14f, 0.3f + leg * 0.5f, slim, leg * 0.75f));
    near_legs.push_back(build.part(Kind::kBox, x, 0.34f + leg * 0.5f, slim, leg * 0.75f));
  }
  build.add(shaded, far_legs);
  near_legs.push_back(build.part(Kind::kBlob, 0.0f, 0.0f, 0.9f, random.uniform(0.38f, 0.5f)));
  near_legs.push_back(build.part(Kind::kEllipse, side * 0.8f, -0.35f, 0.2f, 0.42f, side * 0.6f));
  near_legs.push_back(build.part(Kind::kEllipse, -side * 0.95f, -0.15f, 0.32f, 0.07f, side * 0.9f));
  build.add(coat, near_legs);
  const float ear = random.uniform(0.1f, 0.24f);
  build.add(coat, {build.part(Kind::kEllipse, side * 0.92f, -0.85f, 0.08f, ear, side * 0.2f),
                   build.part(Kind::kEllipse, side * 0.82f, -0.83f, 0.08f, ear, -side * 0.2f),
                   build.part(Kind::kBlob, side * 1.02f, -0.62f, 0.34f, 0.25f, side * 0.3f)});
  build.add(plain({0.05f, 0.05f, 0.06f}, 0.6f),
            {build.part(Kind::kEllipse, side * 1.06f, -0.68f, 0.05f, 0.05f)});
  return build.finish(0.32f + leg * 1.05f, 1.0f);
}

SceneFigure vehicle(Builder& build, SceneRandom& random, const SceneMaterial& paint) {
  const float length = random.uniform(0.95f, 1.25f), side = random.chance(0.5f) ? 1.0f : -1.0f;
  build.add(paint, {build.part(Kind::kBox, side * 0.12f, -0.3f, 0.72f * length, 0.42f),
                    build.part(Kind::kBox, 0.0f, 0.12f, 1.15f * length, 0.36f)});
  build.add(plain({0.55f, 0.7f, 0.8f}, 0.8f),
            {build.part(Kind::kBox, side * 0.12f - 0.3f * length, -0.32f, 0.24f * length, 0.2f),
             build.part(Kind::kBox, side * 0.12f + 0.3f * length, -0.32f, 0.24f * length, 0.2f)});
  std::vector<ScenePart> tyres, hubs;
  for (const float x : {-0.6f * length, 0.6f * length}) {
    tyres.push_back(build.part(Kind::kEllipse, x, 0.42f, 0.27f, 0.27f));
    hubs.push_back(build.part(Kind::kEllipse, x, 0.42f, 0.13f, 0.13f));
  }
  build.add(plain({0.08f, 0.08f, 0.09f}), tyres);
  build.add(plain({0.75f, 0.75f, 0.78f}, 0.7f), hubs);
  return build.finish(0.68f, 1.15f * length);
}

SceneFigure flower(Builder& build, SceneRandom& random, const SceneMaterial& petals, float hue) {
  const int count = random.integer(5, 9);
  build.add(plain(from_hsv(0.3f, 0.6f, 0.4f)),
            {build.part(Kind::kBox, 0.0f, 0.75f, 0.06f, 0.75f, random.uniform(-0.1f, 0.1f)),
             build.part(Kind::kEllipse, 0.25f, 0.95f, 0.28f, 0.1f, -0.5f)});
  const float lean = random.uniform(0.0f, 1.0f);
  for (int k = 0; k < count; ++k) {
    const float angle = kTurn * (static_cast<float>(k) + lean) / static_cast<float>(count);
    build.add(petals, {build.part(Kind::kEllipse, 0.5f * std::cos(angle),
                                  -0.25f + 0.5f * std::sin(angle), 0.45f, 0.2f, angle)});
  }
  build.add(plain(from_hsv(hue + 0.1f, 0.8f, 0.9f), 0.2f),
            {build.part(Kind::kEllipse, 0.0f, -0.25f, 0.26f, 0.26f)});
  return build.finish(1.4f, 0.5f);
}

SceneFigure bottle(Builder& build, SceneRandom& random, const SceneMaterial& glass) {
  const float wide = random.uniform(0.32f, 0.5f), neck = random.uniform(0.1f, 0.16f);
  SceneMaterial shiny = glass;
  shiny.shine = random.uniform(0.5f, 0.9f);
  build.add(shiny, {build.part(Kind::kBox, 0.0f, -0.75f, neck, 0.5f),
                    build.part(Kind::kEllipse, 0.0f, -0.18f, wide * 0.98f, 0.35f),
                    build.part(Kind::kBox, 0.0f, 0.4f, wide * 1.15f, 0.8f)});
  build.add(plain(from_hsv(random.uniform(0.0f, 1.0f), 0.5f, 0.85f), 0.05f),
            {build.part(Kind::kBox, 0.0f, 0.42f, wide * 1.1f, 0.32f)});
  build.add(plain({0.2f, 0.2f, 0.22f}, 0.4f),
            {build.part(Kind::kBox, 0.0f, -1.12f, neck * 1.2f, 0.14f)});
  return build.finish(1.05f, wide * 1.2f);
}

SceneFigure person(Builder& build, SceneRandom& random, const SceneMaterial& shirt,
                   const SceneMaterial& trousers) {
  const SceneMaterial skin =
      plain(from_hsv(0.06f, random.uniform(0.3f, 0.6f), random.uniform(0.45f, 0.9f)));
  const float stride = random.uniform(0.05f, 0.3f), swing = random.uniform(0.1f, 0.5f);
  build.add(trousers, {build.part(Kind::kBox, -0.14f, 0.62f, 0.13f, 0.58f, stride),
                       build.part(Kind::kBox, 0.14f, 0.62f, 0.13f, 0.58f, -stride)});
  build.add(skin, {build.part(Kind::kEllipse, -0.4f - 0.2f * swing, 0.12f, 0.08f, 0.12f),
                   build.part(Kind::kEllipse, 0.4f + 0.2f * swing, 0.12f, 0.08f, 0.12f)});
  build.add(shirt, {build.part(Kind::kBox, -0.36f, -0.18f, 0.1f, 0.4f, swing * 0.5f),
                    build.part(Kind::kBox, 0.36f, -0.18f, 0.1f, 0.4f, -swing * 0.5f),
                    build.part(Kind::kBox, 0.0f, -0.12f, 0.34f, 0.52f)});
  build.add(skin, {build.part(Kind::kEllipse, 0.0f, -0.8f, 0.21f, 0.26f)});
  build.add(plain(from_hsv(0.07f, 0.5f, random.uniform(0.1f, 0.5f))),
            {build.part(Kind::kEllipse, 0.0f, -0.94f, 0.23f, 0.16f)});
  return build.finish(1.15f, 0.5f);
}

SceneFigure bird(Builder& build, SceneRandom& random, const SceneMaterial& feathers,
                 const SceneMaterial& wing) {
  const float side = random.chance(0.5f) ? 1.0f : -1.0f;
  build.add(plain({0.85f, 0.5f, 0.1f}),
            {build.part(Kind::kBox, -0.1f, 0.75f, 0.035f, 0.34f, 0.1f),
             build.part(Kind::kBox, 0.16f, 0.75f, 0.035f, 0.34f, -0.1f),
             build.part(Kind::kPolygon, side * 1.05f, -0.55f, 0.2f, 0.12f)});
  build.add(feathers, {build.part(Kind::kEllipse, -side * 0.85f, 0.22f, 0.5f, 0.14f, -side * 0.35f),
                       build.part(Kind::kEllipse, 0.0f, 0.1f, 0.75f, 0.5f, -side * 0.3f),
                       build.part(Kind::kEllipse, side * 0.68f, -0.52f, 0.33f, 0.31f)});
  build.add(wing, {build.part(Kind::kBlob, -side * 0.2f, 0.08f, 0.55f, 0.25f, -side * 0.45f)});
  build.add(plain({0.03f, 0.03f, 0.03f}, 0.8f),
            {build.part(Kind::kEllipse, side * 0.78f, -0.58f, 0.055f, 0.055f)});
  return build.finish(1.0f, 0.6f);
}

SceneFigure house(Builder& build, SceneRandom& random, const SceneMaterial& wall,
                  const SceneMaterial& roof) {
  const float wide = random.uniform(0.7f, 1.0f);
  build.add(wall, {build.part(Kind::kBox, 0.0f, 0.35f, wide, 0.62f)});
  ScenePart gable = build.part(Kind::kPolygon, 0.0f, -0.32f, wide * 1.15f, 0.62f);
  gable.sides = 3;
  gable.phase[0] = kTurn / 4.0f;  // a corner upwards
  build.add(roof, {gable});
  build.add(plain({0.15f, 0.12f, 0.1f}),
            {build.part(Kind::kBox, -0.3f * wide, 0.55f, 0.16f, 0.36f)});
  build.add(plain({0.9f, 0.85f, 0.55f}, 0.5f),
            {build.part(Kind::kBox, 0.32f * wide, 0.3f, 0.2f, 0.2f)});
  return build.finish(0.88f, wide);
}

SceneFigure lump(Builder& build, SceneRandom& random, const SceneMaterial& material) {
  const Kind kinds[] = {Kind::kEllipse, Kind::kBlob, Kind::kPolygon};
  ScenePart body = build.part(kinds[random.integer(0, 2)], 0.0f, 0.0f, random.uniform(0.7f, 1.0f),
                              random.uniform(0.6f, 0.9f), random.uniform(-0.4f, 0.4f));
  body.sides = random.integer(5, 8);
  build.add(material, {body});
  return build.finish(0.65f, 0.8f);
}

}  // namespace

SceneFigure make_figure(SceneRandom& random, float size, float ground_hue, FigureLook look) {
  Builder build(random, size);
  const SceneMaterial first = figure_material(random, ground_hue, look);
  const SceneMaterial second = figure_material(random, ground_hue, look);
  switch (random.integer(0, 7)) {
    case 0:
    case 1:
      return animal(build, random, first);
    case 2:
      return vehicle(build, random, first);
    case 3:
      return flower(build, random, first, ground_hue);
    case 4:
      return bottle(build, random, first);
    case 5:
      return person(build, random, first, second);
    case 6:
      return bird(build, random, first, second);
    default:
      return random.chance(0.5f) ? house(build, random, first, second) : lump(build, random, first);
  }
}

SceneFigure make_bystander(SceneRandom& random, float size, float ground_hue) {
  Builder build(random, size);
  const SceneMaterial material = ground_material(random, ground_hue);
  if (random.chance(0.25f)) {  // a post
    build.add(material,
              {build.part(Kind::kBox, 0.0f, 0.0f, 0.14f, 1.2f, random.uniform(-0.08f, 0.08f))});
    return build.finish(1.0f, 0.2f);
  }
  if (random.chance(0.5f)) {  // a bush
    std::vector<ScenePart> leaves;
    for (int k = 0; k < 5; ++k)
      leaves.push_back(build.part(Kind::kBlob, random.uniform(-0.6f, 0.6f),
                                  random.uniform(-0.4f, 0.3f), random.uniform(0.35f, 0.6f),
                                  random.uniform(0.3f, 0.5f)));
    build.add(material, leaves);
    return build.finish(0.6f, 0.9f);
  }
  return lump(build, random, material);
}

SceneFigure make_tuft(SceneRandom& random, float size, float ground_hue) {
  Builder build(random, size);
  const int blades = random.integer(7, 14);
  for (int k = 0; k < blades; ++k) {
    const float lean = random.uniform(-0.5f, 0.5f), tall = random.uniform(0.6f, 1.1f);
    build.add(ground_material(random, ground_hue),
              {build.part(Kind::kEllipse, 0.7f * lean + random.uniform(-0.15f, 0.15f),
                          1.0f - 0.9f * tall, 0.035f, tall, lean)});
  }
  return build.finish(1.0f, 0.5f);
}

}  // namespace salix::data
