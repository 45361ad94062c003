#include "data/scenes/scene_object.h"

#include <cmath>

namespace salix::data {
namespace {

constexpr float kTurn = 6.2831853f;

ScenePart random_part(SceneRandom& random, float x, float y, float size) {
  ScenePart part;
  part.kind = static_cast<ScenePart::Kind>(random.integer(0, 3));
  part.x = x;
  part.y = y;
  part.radius_x = size * random.uniform(0.75f, 1.25f);
  part.radius_y = size * random.uniform(0.6f, 1.0f);
  part.angle = random.uniform(-0.5f, 0.5f);
  part.sides = random.integer(3, 7);
  for (int k = 0; k < 3; ++k) {
    part.wave[k] = random.uniform(0.02f, 0.16f) / static_cast<float>(k + 1);
    part.phase[k] = random.uniform(0.0f, kTurn);
  }
  return part;
}

// 0..1: how much of the second colour shows.
float pattern_at(const SceneMaterial& material, const ScenePoint& point, const SmoothNoise& noise) {
  const float f = material.frequency;
  const float warp = noise.fractal(2.0f * point.u + 40.0f, 2.0f * point.v + 40.0f, 3) - 0.5f;
  switch (material.pattern) {
    case SceneMaterial::Pattern::kPlain:
      return 0.15f + 0.3f * warp;
    case SceneMaterial::Pattern::kStripes:
      return smooth_step(-0.25f, 0.25f, std::sin(kTurn * 0.5f * f * (point.u + 0.4f * warp)));
    case SceneMaterial::Pattern::kSpots:
      return smooth_step(0.58f, 0.66f,
                         noise.at(1.6f * f * point.u + 8.0f, 1.6f * f * point.v + 8.0f));
    case SceneMaterial::Pattern::kMarble:
      return 0.5f + 0.5f * std::sin(f * (point.u + point.v) + 9.0f * warp);
    case SceneMaterial::Pattern::kRings:
      return smooth_step(-0.2f, 0.2f,
                         std::sin(kTurn * 0.5f * f * (std::hypot(point.u, point.v) + 0.2f * warp)));
  }
  return 0.0f;
}

}  // namespace

float ScenePart::border(float direction) const {
  switch (kind) {
    case Kind::kEllipse:
      return 1.0f;
    case Kind::kBox: {  // |x|^6 + |y|^6 = 0.7^6: a box with round corners
      const float c = std::abs(std::cos(direction)), s = std::abs(std::sin(direction));
      return 0.85f / std::pow(std::pow(c, 6.0f) + std::pow(s, 6.0f), 1.0f / 6.0f);
    }
    case Kind::kBlob: {
      float radius = 1.0f;
      constexpr float kWaves[3] = {2.0f, 3.0f, 5.0f};
      for (int k = 0; k < 3; ++k) radius += wave[k] * std::cos(kWaves[k] * direction + phase[k]);
      return radius;
    }
    case Kind::kPolygon: {
      const float sector = kTurn / static_cast<float>(sides);
      const float turned = direction + phase[0];
      const float within = turned - sector * std::floor(turned / sector);
      return 1.1f * std::cos(0.5f * sector) / std::cos(within - 0.5f * sector);
    }
  }
  return 1.0f;
}

ScenePoint SceneObject::locate(float x, float y) const {
  ScenePoint best;
  best.pixels = -1e9f;
  for (const ScenePart& part : parts) {
    const float dx = x - part.x, dy = y - part.y;
    const float c = std::cos(part.angle), s = std::sin(part.angle);
    const float u = (c * dx + s * dy) / part.radius_x, v = (c * dy - s * dx) / part.radius_y;
    const float distance = std::hypot(u, v);
    // No part reaches beyond 1.6 radii: spare most pixels the trigonometry.
    if (distance > 1.6f) continue;
    const float border = part.border(std::atan2(v, u));
    const float pixels = (border - distance) * std::min(part.radius_x, part.radius_y);
    if (pixels > best.pixels) best = {1.0f - distance / border, u, v, pixels};
  }
  return best;
}

SceneMaterial make_scene_material(SceneRandom& random, float ground_hue) {
  SceneMaterial material;
  material.pattern = static_cast<SceneMaterial::Pattern>(random.integer(0, 4));
  const float hue = ground_hue + random.uniform(0.33f, 0.67f);
  material.first = from_hsv(hue, random.uniform(0.6f, 0.95f), random.uniform(0.75f, 1.0f));
  material.second =
      random.chance(0.5f)
          ? from_hsv(hue + random.uniform(-0.1f, 0.1f), random.uniform(0.5f, 0.9f), 0.35f)
          : from_hsv(hue + random.uniform(-0.05f, 0.05f), random.uniform(0.05f, 0.3f), 0.95f);
  material.frequency = random.uniform(2.0f, 5.0f);
  material.shine = random.uniform(0.05f, 0.6f);
  return material;
}

SceneObject make_scene_object(SceneRandom& random, float x, float y, float size, float ground_hue) {
  SceneObject object;
  object.parts.push_back(random_part(random, x, y, size));
  const ScenePart body = object.parts.front();
  if (random.chance(0.45f)) {  // a second part, like a head or a handle
    const float side = random.chance(0.5f) ? 1.0f : -1.0f;
    object.parts.push_back(random_part(random, x + side * 0.85f * body.radius_x,
                                       y - random.uniform(0.3f, 0.8f) * body.radius_y,
                                       size * random.uniform(0.4f, 0.6f)));
  }
  object.material = make_scene_material(random, ground_hue);
  object.foot_x = x;
  object.foot_y = y + 0.85f * body.radius_y;
  object.foot_radius = body.radius_x;
  return object;
}

Colour shade(const SceneObject& object, const ScenePoint& point, const SmoothNoise& noise,
             const float light[3]) {
  // A dome: the normal leans outwards towards the border.
  const float lean = std::clamp(1.0f - point.depth, 0.0f, 1.0f);
  const float length = std::max(std::hypot(point.u, point.v), 1e-3f);
  const float slope = lean * lean;
  const float nx = point.u / length * slope, ny = point.v / length * slope;
  const float nz = std::sqrt(std::max(1.0f - slope * slope, 0.0f));
  const float facing = nx * light[0] + ny * light[1] + nz * light[2];
  // The reflection of the light towards the viewer, as in Phong's model.
  const float mirrored = std::max(2.0f * facing * nz - light[2], 0.0f);

  const SceneMaterial& material = object.material;
  const float second = std::clamp(pattern_at(material, point, noise), 0.0f, 1.0f);
  const float grain = 0.9f + 0.2f * noise.fractal(14.0f * point.u, 14.0f * point.v, 2);
  const Colour base = mix(material.first, material.second, second) * grain;
  const float lit = 0.35f + 0.75f * std::max(facing, 0.0f);
  return base * lit + Colour{1.0f, 1.0f, 0.96f} * (material.shine * std::pow(mirrored, 24.0f));
}

}  // namespace salix::data
