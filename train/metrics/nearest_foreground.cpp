#include "train/metrics/nearest_foreground.h"

#include <algorithm>

#include "engine/error.h"

namespace salix::metrics {
namespace {

constexpr std::int16_t kNone = -1;

// The nearest foreground row in the pixel's own column, the upper one of two; kNone if there
// is none. Whole rows at a time: neighbouring columns share vector lanes.
std::vector<std::int16_t> nearest_row_in_column(std::span<const std::uint8_t> foreground,
                                                int height, int width) {
  const auto columns = static_cast<std::size_t>(width);
  std::vector<std::int16_t> nearest(foreground.size()), last(columns, kNone);
  for (int y = 0; y < height; ++y) {
    const auto here = static_cast<std::int16_t>(y);
    const std::uint8_t* inside = foreground.data() + static_cast<std::size_t>(y) * columns;
    std::int16_t* to = nearest.data() + static_cast<std::size_t>(y) * columns;
    for (std::size_t x = 0; x < columns; ++x) {
      last[x] = inside[x] != 0 ? here : last[x];
      to[x] = last[x];
    }
  }
  std::fill(last.begin(), last.end(), kNone);
  for (int y = height - 1; y >= 0; --y) {
    const auto here = static_cast<std::int16_t>(y);
    std::int16_t* to = nearest.data() + static_cast<std::size_t>(y) * columns;
    for (std::size_t x = 0; x < columns; ++x) {
      const std::int16_t above = to[x], below = above == here ? here : last[x];
      last[x] = below;
      const bool take_below = below != kNone && (above == kNone || below - here < here - above);
      to[x] = take_below ? below : above;
    }
  }
  return nearest;
}

}  // namespace

NearestForeground::NearestForeground(std::span<const std::uint8_t> foreground, int height,
                                     int width)
    : width_(width) {
  SALIX_CHECK(std::any_of(foreground.begin(), foreground.end(), [](auto v) { return v != 0; }),
              "nearest_foreground: at least one pixel must be foreground; got none");
  row_in_column_ = nearest_row_in_column(foreground, height, width);
  const auto columns = static_cast<std::size_t>(width);
  height_.resize(columns);
  kept_.resize(columns);
  candidates_.resize(columns);
  owner_.resize(columns);
  envelope_.resize(columns);
}

// Columns whose parabola can be the lowest anywhere. One that lies above where its neighbours'
// meet cannot: dropping these here, without branches, spares the envelope most of its
// mispredicted steps back.
std::size_t NearestForeground::find_candidates(const std::int16_t* nearest_row, int y) {
  std::int32_t* height = height_.data();
  std::int32_t* kept = kept_.data();
  const std::int32_t width = width_;
  for (std::int32_t x = 0; x < width; ++x) {
    const std::int32_t down = nearest_row[x] - y;
    height[x] = down * down;
    kept[x] = nearest_row[x] >= 0 ? 1 : 0;
  }
  for (std::int32_t x = 1; x < width - 1; ++x) {
    // At equality all three meet in one point, and there the left neighbour wins.
    const std::int32_t above = height[x - 1] + height[x + 1] + 2 <= 2 * height[x] ? 1 : 0;
    const std::int32_t between = ~(nearest_row[x - 1] | nearest_row[x + 1]) >> 31 & 1;  // both >= 0
    // Foreground between foreground is nearest to itself only; row() sees to that.
    const std::int32_t enclosed = (height[x - 1] | height[x] | height[x + 1]) == 0 ? 1 : 0;
    kept[x] &= 1 - ((above & between) | enclosed);
  }
  std::int32_t* candidates = candidates_.data();
  std::size_t count = 0;
  for (std::int32_t x = 0; x < width; ++x) {
    candidates[count] = x;
    count += static_cast<std::size_t>(kept[x]);
  }
  return count;
}

std::size_t NearestForeground::find_envelope(std::size_t candidates) {
  const auto parabola = [](const Piece& piece, std::int32_t x) {
    return (x - piece.column) * (x - piece.column) + piece.height;
  };
  std::size_t pieces = 0;
  for (std::size_t k = 0; k < candidates; ++k) {
    const std::int32_t x = candidates_[k];
    Piece added{x, 0, height_[x]};
    // Strictly lower: on equal terms the earlier column stays.
    while (pieces > 0 && parabola(added, envelope_[pieces - 1].begin) <
                             parabola(envelope_[pieces - 1], envelope_[pieces - 1].begin))
      --pieces;
    if (pieces > 0) {
      // The last x at which the piece before is not higher, rounded down, plus one.
      const Piece& before = envelope_[pieces - 1];
      const std::int32_t difference =
          x * x - before.column * before.column + added.height - before.height;
      added.begin = difference / (2 * (x - before.column)) + 1;
      if (added.begin >= width_) continue;
    }
    envelope_[pieces++] = added;
  }
  return pieces;
}

void NearestForeground::row(int y, std::span<std::int32_t> index,
                            std::span<std::int32_t> squared_distance) {
  const std::int16_t* nearest_row = row_in_column_.data() + std::int64_t{y} * width_;
  const std::size_t pieces = find_envelope(find_candidates(nearest_row, y));
  std::fill(owner_.begin(), owner_.end(), 0);
  std::int32_t* owner = owner_.data();
  for (std::size_t k = 0; k < pieces; ++k) owner[envelope_[k].begin] = envelope_[k].column;
  // Columns rise along the envelope, so the piece at x is the largest column marked so far.
  const std::int32_t width = width_;
  const std::int32_t* heights = height_.data();
  for (std::int32_t x = 1; x < width; ++x) owner[x] = std::max(owner[x], owner[x - 1]);
  for (std::int32_t x = 0; x < width; ++x) {
    const std::int32_t column = heights[x] == 0 ? x : owner[x], across = x - column;
    squared_distance[x] = across * across + heights[column];
    index[x] = nearest_row[column] * width + column;
  }
}

}  // namespace salix::metrics
