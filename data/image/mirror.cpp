#include "data/image/mirror.h"

#include <algorithm>

namespace salix::data {

void mirror(Image& image) {
  for (int i = 0; i < image.height; ++i) {
    for (int left = 0, right = image.width - 1; left < right; ++left, --right) {
      std::swap_ranges(image.at(i, left), image.at(i, left) + image.channels, image.at(i, right));
    }
  }
}

}  // namespace salix::data
