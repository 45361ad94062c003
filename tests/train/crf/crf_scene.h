// The painted scene behind the published check numbers of the dense CRF.
#pragma once

#include <cstdint>

#include "data/image/image.h"

namespace salix::testing {

struct CrfScene {
  data::Image guide, labels;
  data::Image disc;  // what the labels should become

  // A disc of radius min(W,H)/4 in two colours with a ramp; its labels are shifted by two
  // pixels, and one in thirty-one is inverted. `dark`: black around the disc.
  CrfScene(int height, int width, bool dark = false)
      : guide(height, width, 3), labels(height, width, 1), disc(height, width, 1) {
    constexpr int kBase[2][3] = {{60, 90, 130}, {180, 120, 60}};
    const int radius = (width < height ? width : height) / 4;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int dx = x - width / 2, dy = y - height / 2;
        const bool inside = dx * dx + dy * dy < radius * radius;
        const bool shifted = (dx - 2) * (dx - 2) + dy * dy < radius * radius;
        const bool inverted = (13 * x + 7 * y) % 31 == 0;
        *disc.at(y, x) = inside ? 1 : 0;
        *labels.at(y, x) = shifted != inverted ? 1 : 0;
        for (int c = 0; c < 3; ++c) {
          const int base = inside ? kBase[1][c] : (dark ? 0 : kBase[0][c]);
          guide.at(y, x)[c] = static_cast<std::uint8_t>(base + (3 * x + 5 * y + 2 * c) % 8);
        }
      }
    }
  }
};

}  // namespace salix::testing
