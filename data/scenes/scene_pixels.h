// What the pictures of a scene world have in common: bodies on their way to the pixels, noise.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "data/scenes/scene_world.h"
#include "engine/parallel.h"

namespace salix::data::detail {

// Offsets of the world's stream for each picture's noise.
constexpr std::uint32_t kColourNoise = 1, kDepthNoise = 2, kThermalNoise = 3;

struct PosedBody {
  const SceneWorld::Body* body;
  Similarity to_body;  // from the picture to the body's frame
  float scale;         // pixels of the picture per pixel of that frame
};

inline std::vector<PosedBody> pose_bodies(const SceneWorld& world, float time) {
  std::vector<PosedBody> posed;
  for (const SceneWorld::Body& body : world.bodies()) {
    const Similarity pose = world.body_pose(body, time);
    posed.push_back({&body, pose.inverse(), pose.scale()});
  }
  return posed;
}

template <typename Paint>
void for_each_row(const SceneWorld& world, const Paint& paint) {
  parallel_for(world.params().height, grain_for(std::int64_t{world.params().width} * 64),
               [&](std::int64_t begin, std::int64_t end) {
                 for (int i = static_cast<int>(begin); i < end; ++i) paint(i);
               });
}

inline Point pixel_centre(int i, int j) {
  return {static_cast<float>(j) + 0.5f, static_cast<float>(i) + 0.5f};
}

inline std::size_t pixel_index(const SceneWorld& world, int i, int j) {
  return static_cast<std::size_t>(i) * static_cast<std::size_t>(world.params().width) +
         static_cast<std::size_t>(j);
}

inline bool within(const SceneFigure& figure, Point p) {
  return p.x * p.x + p.y * p.y < figure.radius * figure.radius;
}

inline std::uint8_t to_byte(float value) {
  return static_cast<std::uint8_t>(std::clamp(value * 255.0f + 0.5f, 0.0f, 255.0f));
}

// Nearly Gaussian, of deviation 1: the sum of four uniform numbers.
inline float gaussian(const PhiloxKey& key, std::uint64_t index) {
  float sum = 0.0f;
  for (std::uint64_t k = 0; k < 4; ++k) sum += philox_uniform(key, 4 * index + k);
  return (sum - 2.0f) * 1.7320508f;
}

inline PhiloxKey noise_key(const SceneWorld& world, std::uint32_t layer, float time) {
  PhiloxKey key = world.key();
  key.stream += 0x10000u * layer + static_cast<std::uint32_t>(time);
  return key;
}

}  // namespace salix::data::detail
