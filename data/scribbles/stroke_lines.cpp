#include "data/scribbles/stroke_lines.h"

#include <algorithm>
#include <cmath>

namespace salix::data {
namespace {

// All pixels of `map` that can be reached from `start`, the nearest first, and for each the place
// in this list of the one it was reached from. They become 0.
struct Reached {
  PixelList places;
  std::vector<std::size_t> from;
};

Reached reach(Image& map, PixelPlace start) {
  Reached reached{{start}, {0}};
  *map.at(start.row, start.column) = 0;
  for (std::size_t k = 0; k < reached.places.size(); ++k) {
    const PixelPlace here = reached.places[k];
    for (int i = std::max(here.row - 1, 0); i <= std::min(here.row + 1, map.height - 1); ++i) {
      for (int j = std::max(here.column - 1, 0); j <= std::min(here.column + 1, map.width - 1);
           ++j) {
        if (*map.at(i, j) == 0) continue;
        *map.at(i, j) = 0;
        reached.places.push_back({i, j});
        reached.from.push_back(k);
      }
    }
  }
  return reached;
}

}  // namespace

std::vector<PixelList> connected_pieces(const Image& map) {
  Image left = map;
  std::vector<PixelList> pieces;
  for (int i = 0; i < map.height; ++i)
    for (int j = 0; j < map.width; ++j)
      if (*left.at(i, j) != 0) pieces.push_back(reach(left, {i, j}).places);
  return pieces;
}

std::size_t StrokeLines::draw(std::size_t count) {
  const auto place =
      static_cast<std::size_t>(philox_uniform(key_, next_++) * static_cast<float>(count));
  return std::min(place, count - 1);
}

// The pixel furthest from any, and the one furthest from that, are the ends: exactly so where the
// piece is a tree, and half way round where it is a ring.
PixelList StrokeLines::longest_line(const PixelList& piece) {
  Image map = skeleton_;
  const PixelPlace end = reach(map, piece[draw(piece.size())]).places.back();
  map = skeleton_;
  const Reached reached = reach(map, end);
  PixelList line;
  for (std::size_t k = reached.places.size() - 1;; k = reached.from[k]) {
    line.push_back(reached.places[k]);
    if (k == 0) return line;
  }
}

PixelList StrokeLines::take(double length) {
  const std::vector<PixelList> pieces = connected_pieces(skeleton_);
  if (pieces.empty()) return {};
  const PixelList line = longest_line(*std::max_element(
      pieces.begin(), pieces.end(),
      [](const PixelList& one, const PixelList& other) { return one.size() < other.size(); }));
  const auto whole = static_cast<double>(line.size());
  const double wanted = std::clamp(std::round(length > 1.0 ? length : length * whole), 1.0, whole);
  const auto count = static_cast<std::size_t>(wanted);
  const std::size_t first = draw(line.size() - count + 1);
  const auto begin = line.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void StrokeLines::clear_around(const PixelList& line, int distance) {
  for (const PixelPlace place : line) {
    const int bottom = std::min(place.row + distance, skeleton_.height - 1);
    const int left = std::max(place.column - distance, 0);
    const int right = std::min(place.column + distance, skeleton_.width - 1);
    for (int i = std::max(place.row - distance, 0); i <= bottom; ++i)
      std::fill(skeleton_.at(i, left), skeleton_.at(i, right) + 1, std::uint8_t{0});
  }
}

}  // namespace salix::data
