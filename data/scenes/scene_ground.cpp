#include "data/scenes/scene_ground.h"

#include <algorithm>
#include <cmath>

namespace salix::data {

SceneGround::SceneGround(SceneRandom& random, int height, int width)
    : kind_(static_cast<Kind>(random.integer(0, 2))),
      height_(static_cast<float>(height)),
      width_(static_cast<float>(width)),
      horizon_(height_ * random.uniform(0.3f, 0.5f)),
      hue_(0.0f),
      plank_(width_ * random.uniform(0.08f, 0.16f)),
      noise_(random) {
  switch (kind_) {
    case Kind::kLandscape:  // grass to sand below, sky above
      hue_ = random.uniform(0.1f, 0.36f);
      near_ = from_hsv(hue_, random.uniform(0.35f, 0.6f), random.uniform(0.4f, 0.6f));
      far_ = from_hsv(hue_ + 0.05f, 0.25f, random.uniform(0.5f, 0.7f));
      sky_high_ = from_hsv(0.58f, random.uniform(0.25f, 0.55f), 0.85f);
      sky_low_ = from_hsv(random.uniform(0.05f, 0.6f), 0.12f, 0.95f);
      break;
    case Kind::kRoom:  // a wall above, boards below
      hue_ = random.uniform(0.0f, 1.0f);
      sky_high_ = from_hsv(hue_, random.uniform(0.08f, 0.3f), random.uniform(0.6f, 0.85f));
      sky_low_ = sky_high_ * 0.85f;
      near_ = from_hsv(random.uniform(0.05f, 0.1f), 0.4f, random.uniform(0.35f, 0.6f));
      far_ = near_ * 0.8f;
      break;
    case Kind::kFoliage:
      hue_ = random.uniform(0.2f, 0.45f);
      near_ = from_hsv(hue_, 0.55f, random.uniform(0.15f, 0.3f));
      far_ = from_hsv(hue_ - 0.08f, 0.5f, random.uniform(0.45f, 0.65f));
      horizon_ = 0.45f * height_;
      break;
  }
  const int pieces = random.integer(5, kind_ == Kind::kFoliage ? 26 : 14);
  for (int k = 0; k < pieces; ++k) {
    Clutter piece{};
    const bool light_disc = kind_ == Kind::kFoliage;
    piece.x = random.uniform(0.0f, width_);
    piece.y = light_disc ? random.uniform(0.0f, height_) : random.uniform(horizon_, height_);
    // Things look larger the nearer they are, that is, the lower in the picture.
    const float nearness = light_disc ? 0.6f : 0.25f + (piece.y - horizon_) / height_;
    piece.radius_x = width_ * nearness * random.uniform(0.02f, 0.07f);
    piece.radius_y = piece.radius_x * (light_disc ? 1.0f : random.uniform(0.35f, 0.7f));
    piece.colour =
        mix(light_disc ? far_ : near_, from_hsv(hue_ + random.uniform(-0.08f, 0.08f), 0.3f, 0.8f),
            random.uniform(0.1f, 0.7f));
    piece.opacity = light_disc ? random.uniform(0.15f, 0.4f) : random.uniform(0.5f, 0.9f);
    piece.softness = light_disc ? 0.12f : 0.2f;
    clutter_.push_back(piece);
  }
}

Colour SceneGround::landscape(float x, float y) const {
  const float scale = 8.0f / width_;
  const float hills = horizon_ - 0.16f * height_ * noise_.fractal(x * scale * 0.5f, 3.0f, 4);
  const float up = std::clamp(y / horizon_, 0.0f, 1.0f);
  const float cloud =
      smooth_step(0.5f, 0.8f, noise_.fractal(x * scale * 0.5f, y * scale * 1.4f, 5));
  const Colour sky = mix(mix(sky_high_, sky_low_, up), {0.97f, 0.97f, 0.97f}, 0.7f * cloud);
  if (y < hills) return sky;
  if (y < horizon_)
    return mix(far_ * (0.75f + 0.3f * noise_.fractal(x * scale * 3.0f, y * scale * 3.0f, 3)), sky,
               0.35f);
  // Perspective: texture grows towards the viewer.
  const float depth = (y - horizon_) / (height_ - horizon_);
  const float stretch = 1.0f / (0.12f + depth);
  const float blades =
      noise_.fractal((x - 0.5f * width_) * scale * 2.2f * stretch, 14.0f * stretch, 5);
  return mix(far_, near_, smooth_step(0.0f, 0.7f, depth)) * (0.6f + 0.8f * blades);
}

Colour SceneGround::room(float x, float y) const {
  const float scale = 8.0f / width_;
  if (y < horizon_) {
    const float plaster = noise_.fractal(x * scale * 3.0f, y * scale * 3.0f, 5);
    const float light = 1.05f - 0.25f * std::abs(x / width_ - 0.35f);
    return mix(sky_high_, sky_low_, y / horizon_) * (light * (0.92f + 0.16f * plaster));
  }
  const float skirting = y - horizon_;
  if (skirting < 0.03f * height_) return sky_low_ * (skirting < 0.024f * height_ ? 1.12f : 0.6f);
  // Boards that meet far behind the wall.
  const float depth = (y - horizon_) / (height_ - horizon_);
  const float across = (x - 0.5f * width_) / (0.45f + 0.55f * depth) / plank_ + 100.5f;
  const float board = std::floor(across), within = across - board;
  const float seam = smooth_step(0.0f, 0.04f, within) * smooth_step(0.0f, 0.04f, 1.0f - within);
  const float tint = noise_.at(board * 7.31f, 1.5f);
  const float grain = noise_.fractal(across * 6.0f, 3.0f * depth + board * 5.0f, 4);
  return mix(far_, near_, depth) *
         ((0.7f + 0.35f * tint + 0.4f * (grain - 0.5f)) * (0.45f + 0.55f * seam));
}

Colour SceneGround::foliage(float x, float y) const {
  const float scale = 6.0f / width_;
  const float leaves = noise_.fractal(x * scale, y * scale, 3);
  const float fine = noise_.fractal(x * scale * 4.0f + 20.0f, y * scale * 4.0f, 3);
  const float light = 1.1f - 0.5f * y / height_;
  return mix(near_, far_, smooth_step(0.3f, 0.75f, leaves)) * (light * (0.85f + 0.3f * fine));
}

Colour SceneGround::base(float x, float y) const {
  switch (kind_) {
    case Kind::kLandscape:
      return landscape(x, y);
    case Kind::kRoom:
      return room(x, y);
    case Kind::kFoliage:
      return foliage(x, y);
  }
  return {};
}

Colour SceneGround::at(float x, float y) const {
  Colour colour = base(x, y);
  for (const Clutter& piece : clutter_) {
    const float u = (x - piece.x) / piece.radius_x, v = (y - piece.y) / piece.radius_y;
    const float distance = std::hypot(u, v);
    if (distance > 1.5f) continue;
    const float wobble =
        kind_ == Kind::kFoliage ? 0.0f : 0.5f * (noise_.at(u + piece.x, v + piece.y) - 0.5f);
    const float cover = 1.0f - smooth_step(1.0f - piece.softness, 1.0f, distance + wobble);
    const float lit = kind_ == Kind::kFoliage ? 1.1f : 0.95f - 0.35f * v;  // stones: bright above
    colour = mix(colour, piece.colour * lit, cover * piece.opacity);
  }
  return colour;
}

float SceneGround::nearness(float x, float y) const {
  const float noise = noise_.fractal(x * 6.0f / width_, y * 6.0f / width_, 3) - 0.5f;
  if (kind_ == Kind::kFoliage)  // a hedge that leans away from the viewer
    return std::clamp(0.08f + 0.3f * y / height_ + 0.25f * noise, 0.0f, 1.0f);
  const float behind = kind_ == Kind::kRoom ? 0.18f : 0.04f;  // the wall, the hills
  const float floor = (y - horizon_) / (height_ - horizon_);
  if (floor > 0.0f) return std::clamp(behind + (1.0f - behind) * floor, 0.0f, 1.0f);
  const float up = y / horizon_;
  return kind_ == Kind::kRoom ? behind + 0.05f * (1.0f - up) : behind * smooth_step(0.6f, 1.0f, up);
}

float SceneGround::warmth(float x, float y) const {
  const float noise = noise_.fractal(x * 10.0f / width_, y * 10.0f / width_, 4) - 0.5f;
  if (kind_ == Kind::kFoliage) return 0.28f + 0.2f * noise;
  if (y < horizon_)
    return kind_ == Kind::kRoom ? 0.3f + 0.06f * noise : 0.1f + 0.08f * y / horizon_;
  return 0.3f + 0.1f * (y - horizon_) / (height_ - horizon_) + 0.16f * noise;
}

}  // namespace salix::data
