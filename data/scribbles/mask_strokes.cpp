#include "data/scribbles/mask_strokes.h"

#include <algorithm>
#include <cmath>

#include "data/image/outline_distance.h"
#include "data/image/resampling.h"
#include "data/image/skeleton.h"
#include "data/scribbles/scribble_values.h"
#include "data/scribbles/stroke_lines.h"
#include "engine/error.h"

namespace salix::data {
namespace {

constexpr int kLongest = 320;  // pixels of the mask in which lines are looked for
constexpr int kClearance = 6;  // of those, that lines keep from outlines where there is room
constexpr double kLeastObject = 0.05;  // of the largest object's pixels
constexpr int kApart = 20;             // pixels between strokes of the background

Image foreground_of(const Image& mask) {
  const int highest = *std::max_element(mask.pixels.begin(), mask.pixels.end());
  Image foreground(mask.height, mask.width, 1);
  std::transform(mask.pixels.begin(), mask.pixels.end(), foreground.pixels.begin(),
                 [=](int value) { return static_cast<std::uint8_t>(2 * value > highest ? 1 : 0); });
  return foreground;
}

bool holds(const Image& map, std::uint8_t value) {
  return std::find(map.pixels.begin(), map.pixels.end(), value) != map.pixels.end();
}

// As small as lines need it, unless one of its two values gets lost on the way.
Image reduced(const Image& foreground) {
  const int longest = std::max(foreground.height, foreground.width);
  if (longest <= kLongest) return foreground;
  const auto side = [&](int size) { return std::max(1, size * kLongest / longest); };
  const Image small =
      resize_nearest_floor(foreground, side(foreground.height), side(foreground.width));
  const bool complete =
      holds(small, 0) == holds(foreground, 0) && holds(small, 1) == holds(foreground, 1);
  return complete ? small : foreground;
}

// The piece without a band along its outline: half of its own depth at most, so that some is left.
void add_inner(const PixelList& piece, const std::vector<int>& distances, Image& shape) {
  const auto distance = [&](PixelPlace place) {
    return distances[static_cast<std::size_t>(place.row) * static_cast<std::size_t>(shape.width) +
                     static_cast<std::size_t>(place.column)];
  };
  int deepest = 0;
  for (const PixelPlace place : piece) deepest = std::max(deepest, distance(place));
  const int band = std::min(kClearance, (deepest + 1) / 2);
  for (const PixelPlace place : piece)
    if (distance(place) >= band) *shape.at(place.row, place.column) = 1;
}

class Brush {
 public:
  // `small`: the mask in which lines were found. Draws where `foreground` is `value`.
  Brush(const Image& foreground, const Image& small, int width, Image& out)
      : foreground_(foreground), small_(small), radius_(0.5 * width), out_(out) {}

  void draw(const PixelList& line, std::uint8_t value) {
    if (line.empty()) return;
    Point before = place_of(line.front());
    for (const PixelPlace pixel : line) {
      const Point here = place_of(pixel);
      const double way = std::max(std::abs(here.y - before.y), std::abs(here.x - before.x));
      const int steps = std::max(1, static_cast<int>(std::ceil(way)));
      for (int k = 1; k <= steps; ++k) {
        const double part = static_cast<double>(k) / steps;
        dab({before.y + part * (here.y - before.y), before.x + part * (here.x - before.x)}, value);
      }
      before = here;
    }
  }

 private:
  struct Point {
    double y, x;
  };

  // The pixel that a pixel of the small mask was taken from.
  Point place_of(PixelPlace pixel) const {
    return {std::floor(static_cast<double>(pixel.row) * foreground_.height / small_.height),
            std::floor(static_cast<double>(pixel.column) * foreground_.width / small_.width)};
  }

  void dab(Point centre, std::uint8_t value) {
    const int reach = static_cast<int>(radius_);
    const int row = static_cast<int>(std::lround(centre.y)),
              column = static_cast<int>(std::lround(centre.x));
    for (int i = std::max(row - reach, 0); i <= std::min(row + reach, out_.height - 1); ++i) {
      for (int j = std::max(column - reach, 0); j <= std::min(column + reach, out_.width - 1);
           ++j) {
        const double dy = i - row, dx = j - column;
        const bool inside = dy * dy + dx * dx <= radius_ * radius_;
        if (inside && *foreground_.at(i, j) == value) *out_.at(i, j) = value;
      }
    }
  }

  const Image& foreground_;
  const Image& small_;
  double radius_;
  Image& out_;
};

// `key` moves on with each object.
void draw_objects(const Image& small, const std::vector<int>& distances, double length,
                  PhiloxKey& key, Brush& brush) {
  const std::vector<PixelList> objects = connected_pieces(small);
  std::size_t largest = 0;
  for (const PixelList& object : objects) largest = std::max(largest, object.size());
  for (const PixelList& object : objects) {
    if (static_cast<double>(object.size()) < kLeastObject * static_cast<double>(largest)) continue;
    Image shape(small.height, small.width, 1);
    add_inner(object, distances, shape);
    brush.draw(StrokeLines(skeleton(shape), key).take(length), kScribbleForeground);
    ++key.step;
  }
}

void draw_ground(const Image& small, const std::vector<int>& distances, double length, int count,
                 const PhiloxKey& key, Brush& brush) {
  Image ground(small.height, small.width, 1), shape = ground;
  for (std::size_t k = 0; k < ground.pixels.size(); ++k)
    ground.pixels[k] = small.pixels[k] == 0 ? 1 : 0;
  for (const PixelList& piece : connected_pieces(ground)) add_inner(piece, distances, shape);
  StrokeLines lines(skeleton(shape), key);
  for (int k = 0; k < count; ++k) {
    const PixelList line = lines.take(length);
    brush.draw(line, kScribbleBackground);
    lines.clear_around(line, kApart);
  }
}

// kScribbleForeground is what the maps of the foreground hold there, and likewise background.
static_assert(kScribbleForeground == 1 && kScribbleBackground == 0);

}  // namespace

Strokes draw_strokes(const Image& mask, const StrokeParams& params, const PhiloxKey& key) {
  SALIX_CHECK(!mask.empty() && mask.channels == 1,
              "draw_strokes: a mask has one channel and some pixels; got ", mask.height, " x ",
              mask.width, " x ", mask.channels);
  SALIX_CHECK(params.width >= 0 && params.length > 0.0 && params.background_strokes >= 0,
              "draw_strokes: width and background strokes must be 0 or more, the length above 0; "
              "got ",
              params.width, ", ", params.background_strokes, ", ", params.length);
  const Image foreground = foreground_of(mask), small = reduced(foreground);
  const std::vector<int> distances = outline_distances(small);
  const int longest = std::max(mask.height, mask.width);
  const double scale = static_cast<double>(std::max(small.height, small.width)) / longest;
  const double length =
      params.length > 1.0 ? std::max(params.length * scale, 1.001) : params.length;  // still pixels
  const int width = params.width > 0 ? params.width : std::max(3, (longest + 50) / 100);

  Strokes strokes{Image(mask.height, mask.width, 1, kScribbleUnknown), holds(foreground, 1),
                  holds(foreground, 0)};
  Brush brush(foreground, small, width, strokes.map);
  PhiloxKey own = key;
  draw_objects(small, distances, length, own, brush);
  draw_ground(small, distances, length, params.background_strokes, own, brush);
  return strokes;
}

}  // namespace salix::data
