// Lines along the skeleton of a shape, to draw strokes on.
#pragma once

#include <cstddef>
#include <vector>

#include "data/image/image.h"
#include "engine/philox.h"

namespace salix::data {

struct PixelPlace {
  int row, column;
};
using PixelList = std::vector<PixelPlace>;

// The pieces of what is not 0 in map [H,W,1], whose pixels join along sides and corners; by their
// first pixels.
std::vector<PixelList> connected_pieces(const Image& map);

class StrokeLines {
 public:
  // skeleton [H,W,1]: what is not 0.
  StrokeLines(Image skeleton, const PhiloxKey& key) : skeleton_(std::move(skeleton)), key_(key) {}

  // A part of the longest line along the largest piece, each pixel beside the one before: `length`
  // up to 1 is a share of it, above 1 pixels; where on the line it begins is drawn. Empty when
  // nothing is left.
  PixelList take(double length);
  // Takes away what lies within `distance` pixels of a line, in the chequerboard metric.
  void clear_around(const PixelList& line, int distance);

 private:
  PixelList longest_line(const PixelList& piece);
  std::size_t draw(std::size_t count);  // 0..count - 1

  Image skeleton_;
  PhiloxKey key_;
  std::uint64_t next_ = 0;
};

}  // namespace salix::data
