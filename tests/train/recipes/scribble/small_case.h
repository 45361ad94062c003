// The small case behind DHFR's check numbers (its specification, appendix A.3): two images of 12x12
// pixels with 8 channels, labels at four times the size.
#pragma once

#include <string>
#include <vector>

#include "tests/support/dhfr_fill.h"
#include "tests/support/tensors.h"

namespace salix::testing {

constexpr std::int64_t kSmallImages = 2, kSmallSize = 12, kSmallChannels = 8, kSmallLabels = 48;

// The embedding of a tag, [2,12,12,8]; its values are float32's.
inline Tensor small_embedding(Exec& exec, const std::string& tag, DType dtype) {
  std::vector<float> values;
  for (std::int64_t n = 0; n < kSmallImages; ++n) {
    for (std::int64_t y = 0; y < kSmallSize; ++y) {
      for (std::int64_t x = 0; x < kSmallSize; ++x) {
        for (std::int64_t c = 0; c < kSmallChannels; ++c) {
          const std::int64_t map = kSmallChannels * n + c;
          const auto u = [&](const char* kind, std::int64_t index) {
            return 2 * dhfr_uniform(tag + kind, static_cast<std::uint64_t>(index)) - 1;
          };
          values.push_back(
              static_cast<float>(1.5 * u("_block", (map * 3 + y / 4) * 3 + x / 4) +
                                 0.5 * u("_pixel", (map * kSmallSize + y) * kSmallSize + x)));
        }
      }
    }
  }
  const Shape shape{kSmallImages, kSmallSize, kSmallSize, kSmallChannels};
  return from(exec, values, shape).to(dtype);
}

struct SmallLabels {
  Tensor semantic, instance;  // [2,48,48,1]
};
inline SmallLabels small_labels(Exec& exec) {
  std::vector<float> semantic, instance;
  for (std::int64_t n = 0; n < kSmallImages; ++n) {
    for (std::int64_t i = 0; i < kSmallLabels; ++i) {
      for (std::int64_t j = 0; j < kSmallLabels; ++j) {
        const std::int64_t y = i / 4, x = j / 4;
        const bool object = y >= 3 && y < 6 && x >= 3 + n && x < 9 + n;
        semantic.push_back(object ? 1.0f : (y < 2 ? 0.0f : 2.0f));
        instance.push_back(static_cast<float>(1 + 2 * (y / 6) + x / 6));
      }
    }
  }
  const Shape shape{kSmallImages, kSmallLabels, kSmallLabels, 1};
  return {from(exec, semantic, shape), from(exec, instance, shape)};
}

}  // namespace salix::testing
