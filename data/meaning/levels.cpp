#include "data/meaning/levels.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/error.h"

namespace salix::data {
namespace {

constexpr int kMostIndices = 32;

bool is_inner(const Image& grey, int y, int x) {
  const std::uint8_t level = *grey.at(y, x);
  for (int row = y - 1; row <= y + 1; ++row) {
    const std::uint8_t* line = grey.at(row, x - 1);
    if (line[0] != level || line[1] != level || line[2] != level) return false;
  }
  return true;
}

}  // namespace

std::vector<int> levels_of(const Image& grey, int limit) {
  std::array<bool, 256> occurs{};
  for (const std::uint8_t level : grey.pixels) occurs[level] = true;
  std::vector<int> levels;
  for (int level = 0; level < 256 && static_cast<int>(levels.size()) <= limit; ++level)
    if (occurs[static_cast<std::size_t>(level)]) levels.push_back(level);
  return levels;
}

bool has_indices(const Image& grey) {
  const std::vector<int> levels = levels_of(grey, kMostIndices);
  if (levels.size() < 3 || static_cast<int>(levels.size()) > kMostIndices) return false;
  const double highest = levels.back();
  std::array<std::int64_t, 256> inner{};
  for (int y = 1; y + 1 < grey.height; ++y)
    for (int x = 1; x + 1 < grey.width; ++x)
      if (is_inner(grey, y, x)) ++inner[*grey.at(y, x)];
  const auto enough = std::max(1.0, 0.005 * static_cast<double>(grey.pixels.size()));
  return std::any_of(levels.begin(), levels.end(), [&](int level) {
    const double share = level / highest;
    return share >= 0.05 && share <= 0.95 &&
           static_cast<double>(inner[static_cast<std::size_t>(level)]) >= enough;
  });
}

std::string text_of_levels(const std::vector<int>& levels) {
  constexpr std::size_t kShown = 6;
  if (levels.size() > kShown)
    return str(levels.size(), " levels in ", levels.front(), "..", levels.back());
  std::string text = levels.size() == 1 ? "level" : "levels";
  for (const int level : levels) text += str(' ', level);
  return text;
}

}  // namespace salix::data
