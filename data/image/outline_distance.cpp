#include "data/image/outline_distance.h"

#include <algorithm>
#include <array>

namespace salix::data {

std::vector<int> outline_distances(const Image& regions) {
  const int height = regions.height, width = regions.width;
  std::vector<int> distance(regions.pixels.size(), height + width);
  const auto at = [&](int i, int j) -> int& {
    return distance[static_cast<std::size_t>(i) * static_cast<std::size_t>(width) +
                    static_cast<std::size_t>(j)];
  };
  // Through the already final neighbours of a pass; a neighbour of another region ends at 0.
  const auto relax = [&](int i, int j, std::array<std::array<int, 2>, 4> steps) {
    int best = at(i, j);
    for (const auto& [down, right] : steps) {
      const int y = i + down, x = j + right;
      const bool outside = y < 0 || x < 0 || y >= height || x >= width;
      const bool border = outside || *regions.at(y, x) != *regions.at(i, j);
      best = std::min(best, border ? 0 : at(y, x) + 1);
    }
    at(i, j) = best;
  };
  for (int i = 0; i < height; ++i)
    for (int j = 0; j < width; ++j) relax(i, j, {{{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}}});
  for (int i = height - 1; i >= 0; --i)
    for (int j = width - 1; j >= 0; --j) relax(i, j, {{{1, 1}, {1, 0}, {1, -1}, {0, 1}}});
  return distance;
}

}  // namespace salix::data
