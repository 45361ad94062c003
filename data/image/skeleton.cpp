#include "data/image/skeleton.h"

#include <algorithm>
#include <array>

#include "engine/error.h"

namespace salix::data {
namespace {

// p2 to p9 of the paper: clockwise, from the pixel above on.
using Neighbours = std::array<int, 8>;

struct Thinning {
  explicit Thinning(const Image& shape)
      : width(shape.width + 2),
        map(shape.height + 2, shape.width + 2, 1),
        is_open(shape.height + 2, shape.width + 2, 1) {
    for (int i = 0; i < shape.height; ++i)
      for (int j = 0; j < shape.width; ++j)
        *map.at(i + 1, j + 1) = *shape.at(i, j) != 0 ? std::uint8_t{1} : std::uint8_t{0};
    for (int i = 1; i + 1 < map.height; ++i) {
      for (int j = 1; j + 1 < map.width; ++j) {
        std::uint8_t* p = map.at(i, j);
        const Neighbours n = around(p);
        if (*p != 0 && std::find(n.begin(), n.end(), 0) != n.end()) open_up(p);
      }
    }
  }

  void open_up(std::uint8_t* p) {
    std::uint8_t& flag = is_open.pixels[static_cast<std::size_t>(p - map.pixels.data())];
    if (flag == 0) open.push_back(p);
    flag = 1;
  }

  Neighbours around(const std::uint8_t* p) const {
    return {p[-width], p[-width + 1], p[1],  p[width + 1],
            p[width],  p[width - 1],  p[-1], p[-width - 1]};
  }

  // Neither an end of a line nor needed to keep its neighbours together.
  static bool may_go(const Neighbours& n) {
    int count = 0, rises = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      count += n[k];
      rises += n[k] == 0 && n[(k + 1) % 8] == 1 ? 1 : 0;
    }
    return count >= 2 && count <= 6 && rises == 1;
  }

  // Sub-iteration `first` looks at south-east borders and north-west corners, the other at the
  // opposite ones.
  static bool is_border(const Neighbours& n, bool first) {
    const int up = n[0], right = n[2], down = n[4], left = n[6];
    return first ? up * right * down == 0 && right * down * left == 0
                 : up * right * left == 0 && up * down * left == 0;
  }

  bool thin_once(bool first) {
    std::vector<std::uint8_t*> marked;
    for (std::uint8_t* p : open) {
      const Neighbours n = around(p);
      if (may_go(n) && is_border(n, first)) marked.push_back(p);
    }
    bool changed = false;
    for (std::uint8_t* p : marked) {
      if (!may_go(around(p))) continue;
      *p = 0;
      changed = true;
      for (const std::ptrdiff_t step : {-width, -width + 1, std::ptrdiff_t{1}, width + 1, width,
                                        width - 1, std::ptrdiff_t{-1}, -width - 1})
        if (p[step] != 0) open_up(p + step);
    }
    std::erase_if(open, [](const std::uint8_t* p) { return *p == 0; });
    return changed;
  }

  std::ptrdiff_t width;
  Image map;  // 0 and 1, with a border of 0
  // Pixels of the shape with a neighbour outside of it: others cannot go. Shapes are thick and
  // outlines thin: a look at all pixels each time takes a hundred times as long.
  std::vector<std::uint8_t*> open;
  Image is_open;
};

}  // namespace

Image skeleton(const Image& shape) {
  SALIX_CHECK(!shape.empty() && shape.channels == 1,
              "skeleton: a shape has one channel and some pixels; got ", shape.height, " x ",
              shape.width, " x ", shape.channels);
  Thinning thinning(shape);
  for (bool changed = true; changed;) {
    changed = thinning.thin_once(true);
    changed = thinning.thin_once(false) || changed;
  }
  Image out(shape.height, shape.width, 1);
  for (int i = 0; i < out.height; ++i)
    for (int j = 0; j < out.width; ++j) *out.at(i, j) = *thinning.map.at(i + 1, j + 1);
  return out;
}

}  // namespace salix::data
