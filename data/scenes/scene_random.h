// Random choices and smooth noise for painted scenes, all drawn from Philox.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/philox.h"

namespace salix::data {

// One sequence of draws. Equal keys give equal sequences on every machine.
class SceneRandom {
 public:
  explicit SceneRandom(const PhiloxKey& key) : key_(key) {}

  float uniform(float low, float high) {
    return low + (high - low) * philox_uniform(key_, next_++);
  }
  // In [low, high], both included.
  int integer(int low, int high) {
    const auto span = static_cast<std::uint32_t>(high - low + 1);
    return low + static_cast<int>(philox_bits(key_, next_++) % span);
  }
  bool chance(float probability) { return philox_uniform(key_, next_++) < probability; }

 private:
  PhiloxKey key_;
  std::uint64_t next_ = 0;
};

// Value noise: random numbers on a lattice of unit spacing that repeats every 64 units,
// smoothly interpolated. Values 0..1, mean 0.5.
class SmoothNoise {
 public:
  explicit SmoothNoise(SceneRandom& random) : lattice_(kPeriod * kPeriod) {
    for (float& value : lattice_) value = random.uniform(0.0f, 1.0f);
  }

  float at(float x, float y) const {
    const float floor_x = std::floor(x), floor_y = std::floor(y);
    const float part_x = ease(x - floor_x), part_y = ease(y - floor_y);
    const int j = static_cast<int>(floor_x), i = static_cast<int>(floor_y);
    const float top = lattice(i, j) * (1.0f - part_x) + lattice(i, j + 1) * part_x;
    const float bottom = lattice(i + 1, j) * (1.0f - part_x) + lattice(i + 1, j + 1) * part_x;
    return top * (1.0f - part_y) + bottom * part_y;
  }

  // Octaves of halving size and weight, scaled back to 0..1.
  float fractal(float x, float y, int octaves) const {
    float sum = 0.0f, weight = 1.0f, total = 0.0f;
    for (int k = 0; k < octaves; ++k) {
      sum += weight * at(x, y);
      total += weight;
      weight *= 0.5f;
      x = 2.0f * x + 17.3f;  // the shift keeps lattice points of octaves apart
      y = 2.0f * y + 9.1f;
    }
    return sum / total;
  }

 private:
  static constexpr int kPeriod = 64;
  static float ease(float t) { return t * t * (3.0f - 2.0f * t); }
  float lattice(int i, int j) const {
    const auto row = static_cast<std::size_t>(i & (kPeriod - 1));
    const auto column = static_cast<std::size_t>(j & (kPeriod - 1));
    return lattice_[row * kPeriod + column];
  }

  std::vector<float> lattice_;
};

}  // namespace salix::data
