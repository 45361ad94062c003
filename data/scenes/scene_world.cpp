#include "data/scenes/scene_world.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace salix::data {
namespace {

constexpr float kTurn = 6.2831853f;

const WorldParams& checked(const WorldParams& params) {
  SALIX_CHECK(params.height >= 32 && params.width >= 32,
              "scene_world: at least 32 x 32 pixels; got ", params.height, " x ", params.width);
  return params;
}

}  // namespace

SceneWorld::SceneWorld(const PhiloxKey& key, const WorldParams& params)
    : SceneWorld(key, checked(params), SceneRandom(key)) {}

// The members draw from `random` in the order of their declaration.
SceneWorld::SceneWorld(const PhiloxKey& key, const WorldParams& params, SceneRandom random)
    : key_(key), params_(params), ground_(random, params.height, params.width), texture_(random) {
  const float side = random.chance(0.5f) ? 1.0f : -1.0f;
  const float high = random.uniform(0.4f, 0.75f);  // of the light
  light_[0] = side * std::sqrt(0.5f * (1.0f - high * high));
  light_[1] = -high;
  light_[2] = std::sqrt(0.5f * (1.0f - high * high));

  const float shorter = static_cast<float>(std::min(params.height, params.width));
  pan_x_ = shorter * random.uniform(-0.12f, 0.12f);
  pan_y_ = shorter * random.uniform(-0.04f, 0.04f);
  zoom_ = random.uniform(-0.06f, 0.06f);
  roll_ = random.uniform(-0.03f, 0.03f);
  period_ = random.uniform(30.0f, 70.0f);
  phase_ = random.uniform(0.0f, kTurn);

  const float hidden = random.uniform(0.0f, 1.0f);
  const bool camouflaged = hidden < params.camouflaged;
  night_ = !camouflaged && hidden < params.camouflaged + params.at_night;
  const bool lukewarm =
      !camouflaged && !night_ && hidden < params.camouflaged + params.at_night + params.lukewarm;
  add_salient(random, camouflaged ? FigureLook::kCamouflaged : FigureLook::kDistinct, lukewarm);
  add_others(random);
  std::stable_sort(bodies_.begin(), bodies_.end(),
                   [](const Body& a, const Body& b) { return a.nearness < b.nearness; });
}

// A body whose figure's foot stands at (x, foot_y): the lower, the nearer.
SceneWorld::Body SceneWorld::stand(SceneRandom& random, SceneFigure figure, float x,
                                   float foot_y) const {
  Body body;
  const float height = static_cast<float>(params_.height);
  body.nearness =
      std::clamp((foot_y - ground_.horizon()) / (height - ground_.horizon()), 0.05f, 1.0f);
  body.place = {x, foot_y - figure.foot};
  body.figure = std::move(figure);
  body.period = random.uniform(24.0f, 60.0f);
  body.phase = random.uniform(0.0f, kTurn);
  return body;
}

void SceneWorld::add_salient(SceneRandom& random, FigureLook look, bool lukewarm) {
  const auto height = static_cast<float>(params_.height), width = static_cast<float>(params_.width);
  const float shorter = std::min(height, width);
  const float choice = random.uniform(0.0f, 1.0f);
  const int count = choice < 0.62f ? 1 : choice < 0.9f ? 2 : 3;
  const bool close_together = random.chance(0.4f);  // then they cover each other in part
  const float centre = width * random.uniform(0.36f, 0.64f);
  for (int k = 0; k < count; ++k) {
    const float lane = static_cast<float>(k) - 0.5f * static_cast<float>(count - 1);
    const float gap = close_together ? 0.17f : 0.3f;
    const float x = std::clamp(centre + lane * gap * width, 0.16f * width, 0.84f * width) +
                    width * random.uniform(-0.04f, 0.04f);
    const float foot_y = height * random.uniform(0.66f, 0.9f);
    const float near = (foot_y - ground_.horizon()) / (height - ground_.horizon());
    const float size = shorter *
                       (count == 1 ? random.uniform(0.2f, 0.38f) : random.uniform(0.15f, 0.26f)) *
                       (0.6f + 0.5f * near);
    Body body = stand(random, make_figure(random, size, ground_.hue(), look), x, foot_y);
    // A tall figure moves down, so that its head stays in the picture.
    body.place.y = std::max(body.place.y, 0.75f * body.figure.radius);
    body.salient = true;
    body.warmth = lukewarm               ? random.uniform(0.3f, 0.36f)
                  : random.chance(0.12f) ? random.uniform(0.0f, 0.06f)  // a cold drink
                                         : random.uniform(0.68f, 0.98f);
    body.reach_x = shorter * random.uniform(0.05f, 0.22f) * (random.chance(0.5f) ? 1.0f : -1.0f);
    body.reach_y = shorter * random.uniform(0.0f, 0.05f);
    body.sway = random.uniform(-0.12f, 0.12f);
    bodies_.push_back(std::move(body));
  }
}

void SceneWorld::add_others(SceneRandom& random) {
  const auto height = static_cast<float>(params_.height), width = static_cast<float>(params_.width);
  const int bystanders = random.integer(1, 6);
  for (int k = 0; k < bystanders; ++k) {
    const float foot_y =
        ground_.horizon() + (height - ground_.horizon()) * random.uniform(0.05f, 0.55f);
    const float near = (foot_y - ground_.horizon()) / (height - ground_.horizon());
    const float size = height * random.uniform(0.05f, 0.09f) * (0.5f + near);
    Body body = stand(random, make_bystander(random, size, ground_.hue()),
                      width * random.uniform(0.02f, 0.98f), foot_y);
    body.warmth = random.uniform(0.28f, 0.46f);
    bodies_.push_back(std::move(body));
  }
  if (!random.chance(0.45f)) return;
  const int tufts = random.integer(1, 3);
  for (int k = 0; k < tufts; ++k) {
    Body body = stand(random, make_tuft(random, height * random.uniform(0.1f, 0.2f), ground_.hue()),
                      width * random.uniform(0.1f, 0.9f), height * random.uniform(0.95f, 1.06f));
    body.nearness = 1.0f;
    body.warmth = random.uniform(0.26f, 0.36f);
    bodies_.push_back(std::move(body));
  }
}

Similarity SceneWorld::camera(float time, float parallax) const {
  const float turn = kTurn * time / period_ + phase_;
  // Zero at time 0, so that a still picture is framed as it was composed.
  const float swing = std::sin(turn) - std::sin(phase_);
  const float scale = 1.0f + zoom_ * swing, angle = roll_ * swing;
  const float x = 0.5f * static_cast<float>(params_.width);
  const float y = 0.5f * static_cast<float>(params_.height);
  const Similarity pan{1.0f, 0.0f, -x - parallax * pan_x_ * swing, -y - parallax * pan_y_ * swing};
  return Similarity::of(scale, angle, x, y).after(pan);
}

Similarity SceneWorld::ground_pose(float time) const { return camera(time, 0.4f); }

Similarity SceneWorld::body_pose(const Body& body, float time) const {
  const float swing = std::sin(kTurn * time / body.period + body.phase) - std::sin(body.phase);
  const Similarity own =
      Similarity::of(body.scale, body.sway * swing, body.place.x + body.reach_x * swing,
                     body.place.y + body.reach_y * swing);
  return camera(time, 0.4f + 0.6f * body.nearness).after(own);
}

}  // namespace salix::data
