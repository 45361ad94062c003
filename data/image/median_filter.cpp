#include "data/image/median_filter.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/error.h"

namespace salix::data {
namespace {

// Adds `sign` times row i to the column sums; rows outside repeat the border.
void add_row(const Image& map, int i, int sign, std::vector<int>& columns) {
  const std::uint8_t* row = map.row(std::clamp(i, 0, map.height - 1));
  for (int j = 0; j < map.width; ++j) columns[static_cast<std::size_t>(j)] += sign * row[j];
}

}  // namespace

Image median_filter_binary(const Image& map, int size) {
  SALIX_CHECK(map.channels == 1 && !map.empty(),
              "median_filter_binary: the map must be grey and not empty; got ", map.height, " x ",
              map.width, " x ", map.channels);
  SALIX_CHECK(size % 2 == 1 && size >= 1 && size <= 255,
              "median_filter_binary: the size must be odd, 1 to 255; got ", size);
  SALIX_CHECK(std::all_of(map.pixels.begin(), map.pixels.end(), [](auto v) { return v <= 1; }),
              "median_filter_binary: the map's values must be 0 or 1");
  const int reach = size / 2, majority = size * size / 2 + 1;
  Image out(map.height, map.width, 1);
  std::vector<int> columns(static_cast<std::size_t>(map.width), 0);
  for (int i = -reach; i < reach; ++i) add_row(map, i, 1, columns);
  for (int i = 0; i < map.height; ++i) {
    add_row(map, i + reach, 1, columns);
    const auto column = [&](int j) {
      return columns[static_cast<std::size_t>(std::clamp(j, 0, map.width - 1))];
    };
    int sum = 0;
    for (int j = -reach; j < reach; ++j) sum += column(j);
    for (int j = 0; j < map.width; ++j) {
      sum += column(j + reach);
      *out.at(i, j) = sum >= majority ? 1 : 0;
      sum -= column(j - reach);
    }
    add_row(map, i - reach, -1, columns);
  }
  return out;
}

}  // namespace salix::data
